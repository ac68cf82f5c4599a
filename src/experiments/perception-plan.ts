/** The fixed order of perception maps: which picture is covered, and which question is asked of it. */
import type { ProbeDataset } from '../data/dataset.ts';
import type { Fill } from '../data/pixel-planes.ts';
import type { PerceptionMode } from '../results/perception-records.ts';
import { planProbe, type ProbeItem, type ProbeOptions, type ProbePlan } from './probe-plan.ts';

/** The published evaluation's size and seed. */
export const PERCEPTION_GROUPS = 20;
export const PERCEPTION_SEED = 1;

export interface PerceptionOptions extends Omit<ProbeOptions, 'picturesPerBatch'> {
  readonly modes: readonly PerceptionMode[];
  readonly fill: Fill;
  /** Patches of a tile's side in every mode but `reference`. */
  readonly tile: number | 'auto';
  /** Covered pictures encoded and scored together at most; fewer where memory does not allow it. */
  readonly batch: number;
}

export interface PerceptionPlan extends Pick<
  PerceptionOptions,
  'modes' | 'fill' | 'tile' | 'batch'
> {
  /** The probe of the same groups and seed. */
  readonly probe: ProbePlan;
  /** One picture each with the question about its target; `index` counts pictures. */
  readonly items: readonly ProbeItem[];
  /** Records that a whole run writes: pictures × schemes × modes. */
  readonly total: number;
}

/**
 * Plans perception maps: the pictures and positive questions of the probe, group by group, cell by cell.
 * @throws when the data set is too small or a number is out of range
 */
export function planPerception(
  dataset: Pick<ProbeDataset, 'items' | 'cell' | 'targets'>,
  { modes, fill, tile, batch, ...options }: PerceptionOptions,
): PerceptionPlan {
  if (modes.length === 0) throw new Error('Perception maps need at least one mode. Name one.');
  const probe = planProbe(dataset, options);
  const pictures = probe.batches.flat();
  const items = pictures.map(({ items: [positive] }, index) => ({ ...positive!, index }));
  return {
    modes,
    fill,
    tile,
    batch,
    probe,
    items,
    total: items.length * probe.schemes.length * modes.length,
  };
}
