/** Runs planned perception maps on an engine. */
import { hashImage } from '../data/dataset.ts';
import { sixDecimals } from '../results/attention-map.ts';
import { buildManifest, type RunManifest } from '../results/manifest.ts';
import { normalised } from '../results/occlusion-map.ts';
import {
  perceptionKey,
  type PerceptionMode,
  type PerceptionRecord,
} from '../results/perception-records.ts';
import type { Engine } from '../runtime/engine.ts';
import { pictureOccluder, pixelOccluder, type Occluder } from './occluders.ts';
import { AskedPicture, MAP_MAKERS, type SchemeMap } from './occlusion-maps.ts';
import { PassPace } from './pass-pace.ts';
import { REFERENCE_TILES, type PerceptionItem, type PerceptionPlan } from './perception-plan.ts';
import type { RunOptions } from './run-options.ts';

export { planPerception, planPicture, type PerceptionPlan } from './perception-plan.ts';

/**
 * Runs what of the plan is not in `done`, picture after picture; a picture with one missing record is
 * computed whole. Progress counts pictures, the one under way in part.
 * @returns all records in the plan's order, those of `done` included
 * @throws the signal's reason when aborted; `DeviceLostError` when the device went away: every record
 *   handed to `onRecord` is good, resume from them on a new engine
 */
export async function runPerception(
  engine: Engine,
  plan: PerceptionPlan,
  options: RunOptions<PerceptionRecord>,
): Promise<PerceptionRecord[]> {
  const { done = new Map<string, PerceptionRecord>(), onRecord, onProgress } = options;
  const pace = new PassPace(plan.items.length, onProgress);
  const records: PerceptionRecord[] = [];
  for (const item of plan.items) {
    const known = keysOf(plan, item).map((key) => done.get(key));
    if (known.every((record) => record !== undefined)) {
      records.push(...known);
      pace.skipPicture();
      continue;
    }
    for (const record of await mapPicture(engine, plan, item, pace, options)) {
      const before = done.get(record.key);
      records.push(before ?? record);
      if (!before) await onRecord(record);
    }
    pace.endPicture();
  }
  return records;
}

function keysOf({ modes, schemes }: PerceptionPlan, { group, cell }: PerceptionItem): string[] {
  return modes.flatMap((mode) =>
    schemes.map(({ label }) => perceptionKey({ group, cell, scheme: label, mode })),
  );
}

/** Every mode's map of one picture under every scheme. */
async function mapPicture(
  engine: Engine,
  plan: PerceptionPlan,
  item: PerceptionItem,
  pace: PassPace,
  { signal, gate }: RunOptions<PerceptionRecord>,
): Promise<PerceptionRecord[]> {
  const before = async () => {
    signal?.throwIfAborted();
    await gate?.();
    signal?.throwIfAborted();
  };
  await before();
  const { modes, schemes, fill, tile, tiles: perSide, batch } = plan;
  const image = await item.picture();
  const imageHash = await hashImage(image);
  const picture = await AskedPicture.ask(engine, image, item.prompt, schemes, batch);
  const occluders = modes.map((mode) =>
    mode === 'reference'
      ? pictureOccluder(engine, image, fill, perSide)
      : pixelOccluder(engine, image, fill, tile, perSide),
  );
  const tiles = occluders.reduce((sum, { grid }) => sum + grid.rows * grid.columns, 0);
  pace.beginPicture(tiles * schemes.length);
  const watch = { before, passed: (count: number) => pace.add(count) };
  const records: PerceptionRecord[] = [];
  for (const [at, mode] of modes.entries()) {
    const occluder = occluders[at]!;
    const about = { item, mode, imageHash, fill };
    for (const map of await MAP_MAKERS[mode](picture, occluder, watch))
      records.push(makeRecord(about, occluder, map));
  }
  return records;
}

interface RecordSubject {
  readonly item: PerceptionItem;
  readonly mode: PerceptionMode;
  readonly imageHash: string;
  readonly fill: string;
}

function makeRecord(
  { item, mode, imageHash, fill }: RecordSubject,
  { grid }: Occluder,
  { scheme, output, tokenIds, values, passes, milliseconds }: SchemeMap,
): PerceptionRecord {
  const { index, group, cell, pictures, caption, prompt } = item;
  const rows =
    values &&
    Array.from({ length: grid.rows }, (_, row) => [
      ...values.subarray(row * grid.columns, (row + 1) * grid.columns),
    ]);
  return {
    key: perceptionKey({ group, cell, scheme: scheme.label, mode }),
    index,
    group,
    cell,
    scheme: scheme.label,
    strength: scheme.strength,
    mode,
    fill,
    imageHash,
    pictures,
    caption,
    prompt,
    output,
    tokenIds,
    across: grid.across.map(sixDecimals),
    down: grid.down.map(sixDecimals),
    map: rows && normalised(rows).map((row) => row.map(sixDecimals)),
    maximum: values ? Math.max(...values) : 0,
    tiles: grid.rows * grid.columns,
    passes,
    milliseconds: Math.round(milliseconds * 100) / 100,
  };
}

/** The manifest of a planned run. `startedAt` is an ISO 8601 time. */
export function perceptionManifest(
  engine: Engine,
  dataset: RunManifest['dataset'],
  plan: PerceptionPlan,
  startedAt: string,
): RunManifest {
  const { modes, fill, tile, tiles, batch, cell, prompt, schemes, groups, seed, whiteCells } = plan;
  return buildManifest(engine.info, {
    experiment: 'perception',
    imageSize: { width: cell * 3, height: cell * 3 },
    prompt,
    renderedPrompt: engine.renderPrompt(prompt),
    schemes,
    dataset,
    groups,
    seed,
    whiteCells,
    picturesPerBatch: batch,
    // The published number is left out, as runs from before there was a choice have it.
    settings: {
      modes: modes.join(','),
      fill,
      tile,
      ...(tiles === REFERENCE_TILES ? {} : { tiles }),
    },
    startedAt,
  });
}
