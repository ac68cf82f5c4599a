/** The study: the paper's argument in miniature, every experiment on the same groups. */
import type { ProbeDataset } from '../data/dataset.ts';
import type { RunManifest } from '../results/manifest.ts';
import type { Experiment, RecordOf } from '../results/run-layout.ts';
import { BALANCED, STANDARD } from '../results/scheme.ts';
import { STUDY_PERCEPTION, studyGroups } from '../results/study.ts';
import type { Engine } from '../runtime/engine.ts';
import { planFlow } from './flow-plan.ts';
import { flowManifest, runFlow } from './flow.ts';
import { perceptionManifest, planPerception, runPerception } from './perception.ts';
import { planProbe, probeManifest, runProbe } from './probe.ts';
import type { RunOptions } from './run-options.ts';
import { planSimilarity, runSimilarity, similarityManifest } from './similarity.ts';

/** One experiment of the study. */
export interface StudyPart<E extends Experiment> {
  readonly experiment: E;
  /** About how much it computes, in passes through one half of the model: for guesses of the time. */
  readonly passes: number;
  /** `startedAt` is an ISO 8601 time. */
  manifest(engine: Engine, startedAt: string): RunManifest;
  /** Runs what is not done; all records in the plan's order. */
  run(engine: Engine, options: RunOptions<RecordOf<E>>): Promise<RecordOf<E>[]>;
}

export type StudyParts = { readonly [E in Experiment]: StudyPart<E> };

export interface StudyOptions {
  /** Of the probe; other experiments take as many or fewer. */
  readonly groups: number;
  readonly seed: number;
}

const SCHEMES = [STANDARD, BALANCED];
const PICTURES = 9;
const TILES = STUDY_PERCEPTION.tiles ** 2;

/**
 * Plans every experiment, each under standard and balanced positions where they have a part in it.
 * @throws when the data set is too small or a number is out of range
 */
export function planStudy(dataset: ProbeDataset, { groups: most, seed }: StudyOptions): StudyParts {
  const { name, hash, items, cell: side } = dataset;
  const source = { name, hash, items: items.length };
  const of = (experiment: Experiment) => ({ groups: studyGroups(experiment, most), seed });
  const passes = (experiment: Experiment, each: number) =>
    studyGroups(experiment, most) * PICTURES * each;
  const probe = planProbe(dataset, {
    ...of('probe'),
    schemes: SCHEMES,
    picturesPerBatch: PICTURES,
  });
  const perception = planPerception(dataset, {
    ...of('perception'),
    ...STUDY_PERCEPTION,
    tile: 'auto',
    schemes: SCHEMES,
    batch: 16,
  });
  const similarity = planSimilarity(dataset, { ...of('similarity'), picturesPerBatch: PICTURES });
  const flow = planFlow(dataset, { ...of('flow'), schemes: SCHEMES });
  return {
    probe: {
      experiment: 'probe',
      passes: passes('probe', 1 + 2 * SCHEMES.length),
      manifest: (engine, startedAt) => probeManifest(engine, dataset, probe, startedAt),
      run: (engine, options) => runProbe(engine, dataset, probe, options),
    },
    perception: {
      experiment: 'perception',
      passes: passes('perception', TILES * (1 + SCHEMES.length)),
      manifest: (engine, startedAt) => perceptionManifest(engine, source, perception, startedAt),
      run: (engine, options) => runPerception(engine, perception, options),
    },
    similarity: {
      experiment: 'similarity',
      passes: passes('similarity', 1),
      manifest: (engine, startedAt) =>
        similarityManifest(engine, { dataset: source, side }, similarity, startedAt),
      run: (engine, options) => runSimilarity(engine, dataset, similarity, options),
    },
    flow: {
      experiment: 'flow',
      passes: passes('flow', 1 + SCHEMES.length),
      manifest: (engine, startedAt) => flowManifest(engine, source, flow, startedAt),
      run: (engine, options) => runFlow(engine, flow, options),
    },
  };
}
