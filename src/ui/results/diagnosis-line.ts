import type { DiagnosisKind } from '../../protocol/diagnosis.ts';
import type { DiagnosisResult, DiagnosisState } from '../store/state.ts';

/** Where a diagnosis's result comes from, in one line; `loaded` is the live model's weight hash. */
export function describeDiagnosis<Kind extends DiagnosisKind>(
  { source, run, scope, bench, manifest }: DiagnosisResult<Kind>,
  diagnosis: DiagnosisState,
  loaded: string | undefined,
): string {
  const newest = run === diagnosis.run;
  const name =
    source === 'precomputed'
      ? 'Precomputed'
      : !newest
        ? run < 0
          ? 'Kept run'
          : 'Last run'
        : diagnosis.phase === 'finished'
          ? 'This run'
          : 'This run so far';
  if (manifest === undefined) return name;
  const { model, runtime, dataset, groups, seed } = manifest;
  const of =
    scope === 'bench'
      ? `the bench, “${bench?.caption ?? ''}”`
      : `${dataset.name}, ${groups} ${groups === 1 ? 'group' : 'groups'}, seed ${seed}`;
  return [
    name,
    model.name,
    of,
    runtime.provider,
    ...(loaded !== undefined && loaded !== model.weightHash
      ? ['other weights than the loaded model']
      : []),
    ...(source === 'precomputed' ? [manifest.startedAt.slice(0, 10)] : []),
  ].join(' · ');
}
