/** The runs of the probe that the Compare tab can set side by side, and their conditions. */
import type { RunManifest } from '../../results/manifest.ts';
import type { ProbeRecord } from '../../results/records.ts';
import type { ListedRun, ResultState } from '../store/state.ts';

/** A run that can be chosen; records of a kept one are read when it is. */
export interface CompareSource {
  /** `shown`, `previous`, or the name of a kept run. */
  readonly id: string;
  /** As a person tells it from the others. */
  readonly title: string;
  readonly manifest: RunManifest;
  readonly records?: readonly ProbeRecord[];
}

/** One scheme of a source; `key` is what a choice remembers. */
export interface ConditionChoice {
  readonly key: string;
  readonly source: CompareSource;
  readonly label: string;
}

/** What the page shows, what it showed before, and the kept probes that no tab works on. */
export function compareSources(
  result: ResultState,
  previous: ResultState | undefined,
  kept: readonly ListedRun[],
): CompareSource[] {
  const here = [
    { id: 'shown', state: result },
    { id: 'previous', state: previous },
  ].flatMap(({ id, state }): CompareSource[] =>
    state?.manifest === undefined || state.records.length === 0
      ? []
      : [
          {
            id,
            title: title(SOURCE_NAMES[state.source], state.manifest),
            manifest: state.manifest,
            records: state.records,
          },
        ],
  );
  const others = kept
    .filter(({ experiment, held, records }) => experiment === 'probe' && !held && records > 0)
    .filter(({ id }) => id !== result.kept && id !== previous?.kept)
    .map(({ id, manifest }) => ({ id, title: title('Kept', manifest), manifest }));
  return [...here, ...others];
}

const SOURCE_NAMES: Readonly<Record<ResultState['source'], string>> = {
  none: '',
  precomputed: 'Precomputed',
  run: 'This run',
  kept: 'Kept',
};

function title(name: string, { model, runtime, groups, seed, startedAt }: RunManifest): string {
  const compute = runtime.compute === 'float16' ? ' in float16' : '';
  return `${name}: ${shortName(model.name)} ${model.dtype}${compute}, ${groups} ${groups === 1 ? 'group' : 'groups'}, seed ${seed}, ${startedAt.slice(0, 16).replace('T', ' ')}`;
}

/** A hub's owner or a folder's parents say little. */
export function shortName(model: string): string {
  return model.split('/').at(-1)!;
}

export function conditionChoices(sources: readonly CompareSource[]): ConditionChoice[] {
  return sources.flatMap((source) =>
    source.manifest.schemes.map(({ label }) => ({ key: `${source.id}/${label}`, source, label })),
  );
}

/** The choices by key; where none fits, the first scheme of the first run and the next condition. */
export function chosenPair(
  choices: readonly ConditionChoice[],
  keys: { readonly first?: string; readonly second?: string },
): [ConditionChoice, ConditionChoice] | undefined {
  const find = (key: string | undefined) => choices.find((choice) => choice.key === key);
  const first = find(keys.first) ?? choices[0];
  const second = find(keys.second) ?? choices.find((choice) => choice !== first);
  return first && second && [first, second];
}
