import type { ProbeState, ResultState } from '../store/state.ts';

/** Where a result comes from, in one line; `loaded` is the weight hash of the model that is live. */
export function describeManifest(
  { source, manifest, run }: ResultState,
  probe: ProbeState,
  loaded: string | undefined,
): string {
  const newest = run === probe.run;
  const name =
    source === 'precomputed'
      ? 'Precomputed'
      : source === 'kept'
        ? 'Kept run'
        : !newest
          ? 'Earlier run'
          : probe.phase === 'finished'
            ? 'This run'
            : 'This run so far';
  if (manifest === undefined) return source === 'run' ? name : '';
  const { model, runtime, dataset, groups, seed, whiteCells } = manifest;
  return [
    name,
    model.name,
    `${dataset.name}, ${groups} ${groups === 1 ? 'group' : 'groups'}, seed ${seed}`,
    runtime.provider,
    ...(runtime.compute === 'float16' ? ['float16'] : []),
    ...(whiteCells > 0 ? [`${whiteCells} of 9 cells left white: too few captions`] : []),
    ...(loaded !== undefined && loaded !== model.weightHash
      ? ['other weights than the loaded model']
      : []),
    ...(source === 'precomputed' || source === 'kept' ? [manifest.startedAt.slice(0, 10)] : []),
  ].join(' · ');
}
