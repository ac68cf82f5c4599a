/** What an address restores of the page: its settings, never pictures, captions or results. */
import { CELLS } from '../../results/records.ts';
import { LARGEST_SEED, MOST_GROUPS } from '../run/run-limits.ts';
import { RESULT_TAB_NAMES, type ResultTabName, type WorkbenchState } from './state.ts';

/** The embedded model, which every page has. */
export const EMBEDDED_MODEL = 'emoji-llava';

/** State that a link carries; what an address leaves out or gets wrong is undefined. */
export interface LinkedState {
  /** A repository. */
  readonly model?: string;
  readonly groups?: number;
  readonly seed?: number;
  readonly strength?: number;
  readonly withStrength?: boolean;
  /** Seed of the group on the bench. */
  readonly group?: number;
  /** 0 to 8 in reading order. */
  readonly cell?: number;
  readonly tab?: ResultTabName;
}

type LinkingState = Pick<
  WorkbenchState,
  'model' | 'run' | 'strength' | 'benchSeed' | 'bench' | 'resultTab'
>;

/**
 * The page's address with its present settings. Everything else that the address asks for stays
 * (`?ep=wasm`, …).
 */
export function linkTo(address: URL, state: LinkingState): string {
  const { model, run, strength, benchSeed, bench, resultTab } = state;
  const link = new URL(address);
  const name = model.description?.model ?? model.name;
  const wanted: Record<string, string | undefined> = {
    model: name === EMBEDDED_MODEL ? undefined : name,
    groups: String(run.groups),
    seed: String(run.seed),
    strength: String(strength),
    sweep: run.withStrength ? 'yes' : undefined,
    group: String(benchSeed),
    cell: bench && CELLS[bench.cell],
    tab: resultTab,
  };
  for (const [key, value] of Object.entries(wanted)) {
    if (value === undefined) link.searchParams.delete(key);
    else link.searchParams.set(key, value);
  }
  link.hash = '';
  return link.href;
}

/** Reads a link; what is out of range is as if it were not there. */
export function linkedState({ searchParams }: URL): LinkedState {
  const cell = CELLS.findIndex((name) => name === searchParams.get('cell'));
  const strength = searchParams.get('strength');
  const tab = RESULT_TAB_NAMES.find((name) => name === searchParams.get('tab'));
  return withoutUndefined({
    model: searchParams.get('model') ?? undefined,
    groups: wholeNumber(searchParams.get('groups'), 1, MOST_GROUPS),
    seed: wholeNumber(searchParams.get('seed'), 0, LARGEST_SEED),
    strength: strength !== null && isShare(strength) ? Number(strength) : undefined,
    withStrength: searchParams.get('sweep') === 'yes' ? true : undefined,
    group: wholeNumber(searchParams.get('group'), 1, LARGEST_SEED),
    cell: cell < 0 ? undefined : cell,
    tab,
  });
}

function wholeNumber(text: string | null, least: number, most: number): number | undefined {
  if (text === null || !/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

function isShare(text: string): boolean {
  return /^\d*\.?\d+$/.test(text) && Number(text) <= 1;
}

function withoutUndefined(state: {
  [Key in keyof LinkedState]: LinkedState[Key] | undefined;
}): LinkedState {
  return Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined));
}
