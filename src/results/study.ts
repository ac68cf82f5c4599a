/** How large the study is: every experiment once, small enough for a quarter of an hour without a GPU. */
import type { Experiment } from './run-layout.ts';

/** The order in which the experiments run. */
export const STUDY_EXPERIMENTS = [
  'probe',
  'perception',
  'similarity',
  'flow',
] as const satisfies readonly Experiment[];

/** Groups of the probe; the same seed gives every experiment the same groups. */
export const STUDY_GROUPS = 60;
export const STUDY_SEED = 7;

/** Groups that an experiment takes at most: perception runs every picture dozens of times. */
const MOST_GROUPS: Readonly<Record<Experiment, number>> = {
  probe: Infinity,
  perception: 2,
  similarity: Infinity,
  flow: 10,
};

/** Groups of an experiment in a study whose probe has `groups`. */
export function studyGroups(experiment: Experiment, groups = STUDY_GROUPS): number {
  return Math.min(groups, MOST_GROUPS[experiment]);
}

/** How perception covers pictures in the study: a coarse grid, every tile of it. */
export const STUDY_PERCEPTION = { modes: ['kernel'], fill: 'white', tiles: 6 } as const;
