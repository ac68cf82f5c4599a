import type { ProbeState } from '../store/state.ts';

/** Where a result comes from, in one line; `loaded` is the weight hash of the model that is live. */
export function describeManifest(
  { source, manifest, phase }: ProbeState,
  loaded: string | undefined,
): string {
  if (manifest === undefined) return source === 'run' ? 'This run' : '';
  const { model, runtime, dataset, groups, seed, whiteCells } = manifest;
  return [
    source === 'precomputed'
      ? 'Precomputed'
      : phase === 'finished'
        ? 'This run'
        : 'This run so far',
    model.name,
    `${dataset.name}, ${groups} ${groups === 1 ? 'group' : 'groups'}, seed ${seed}`,
    runtime.provider,
    ...(whiteCells > 0 ? [`${whiteCells} of 9 cells left white: too few captions`] : []),
    ...(loaded !== undefined && loaded !== model.weightHash
      ? ['other weights than the loaded model']
      : []),
    ...(source === 'precomputed' ? [manifest.startedAt.slice(0, 10)] : []),
  ].join(' · ');
}

/** The same in a few words, to stand under a figure's title. */
export function figureSubtitle({ manifest }: ProbeState): string {
  if (manifest === undefined) return '';
  const { model, groups, seed } = manifest;
  return `${model.name} · ${groups} ${groups === 1 ? 'group' : 'groups'} · seed ${seed}`;
}
