/** What perception maps write into the folder of their run. */
import { group } from 'd3-array';
import type { ProbeDataset } from '../data/dataset.ts';
import { composePicture } from '../experiments/probe.ts';
import { imageMap, tileNumbers } from '../figures/image-map.ts';
import { pictureMap } from '../figures/perception-maps.ts';
import { attentionMapPath, formatAttentionMap } from '../results/attention-map.ts';
import { tableToCsv } from '../results/csv.ts';
import type { RunManifest } from '../results/manifest.ts';
import { mapOf, type PerceptionRecord } from '../results/perception-records.ts';
import type { PerceptionSummary } from '../results/perception-summary.ts';
import { CELLS } from '../results/records.ts';
import { perceptionFigures, type FigureSource } from '../report/perception-figures.ts';
import { jpegDataUri } from './picture-files.ts';
import type { RunFolder } from './run-folder.ts';

/** Writes all results of a finished run, records in the plan's order. */
export async function writePerception(
  folder: RunFolder<'perception'>,
  records: readonly PerceptionRecord[],
  summary: PerceptionSummary,
  manifest: RunManifest,
  dataset: ProbeDataset,
): Promise<void> {
  await writePerceptionMaps(folder, records, summary, manifest);
  await writePictures(folder, records, dataset, sourceOf(manifest));
}

function sourceOf({ model, dataset, groups, seed }: RunManifest): FigureSource {
  return { model: model.name, dataset: dataset.name, groups, seed };
}

/** The same but for the maps over their pictures, which need the data set. */
export async function writePerceptionMaps(
  folder: RunFolder<'perception'>,
  records: readonly PerceptionRecord[],
  summary: PerceptionSummary,
  manifest: RunManifest,
): Promise<void> {
  const source = sourceOf(manifest);
  await folder.writeRecords(manifest, records);
  await writeSummary(folder, summary, source);
  for (const [condition, own] of group(records, conditionOf)) {
    const maps = own.flatMap((record) => {
      const map = mapOf(record);
      return map ? [{ name: nameOf(record), map, record }] : [];
    });
    await folder.write(`maps-${condition}.csv`, tableToCsv(tileNumbers(maps)));
    for (const { map, record } of maps) {
      const path = attentionMapPath({ id: String(record.group), cell: cellOf(record) });
      await folder.write(`attention-maps-${condition}/${path}`, formatAttentionMap(map));
    }
  }
}

/** The summary, and its figures with their numbers. */
export async function writeSummary(
  folder: Pick<RunFolder<'perception'>, 'write'>,
  summary: PerceptionSummary,
  source: FigureSource,
): Promise<void> {
  await folder.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  for (const { name, svg, numbers } of perceptionFigures(summary, source)) {
    await folder.write(`${name}.svg`, svg);
    await folder.write(`${name}.csv`, tableToCsv(numbers));
  }
}

/** Every map over its picture. */
async function writePictures(
  folder: RunFolder<'perception'>,
  records: readonly PerceptionRecord[],
  dataset: ProbeDataset,
  source: FigureSource,
): Promise<void> {
  const byPicture = group(records, ({ index }) => index);
  for (const own of byPicture.values()) {
    const image = await composePicture(dataset, own[0]!.pictures);
    const { width, height } = image;
    const picture = { href: await jpegDataUri(image), width, height };
    for (const record of own) {
      const map = mapOf(record);
      if (!map) continue;
      const data = pictureMap({ ...record, target: cellOf(record), picture, map }, source);
      await folder.write(`maps-${conditionOf(record)}/${nameOf(record)}.svg`, imageMap(data));
    }
  }
}

function conditionOf({ scheme, mode }: PerceptionRecord): string {
  return `${scheme}-${mode}`;
}

/** `<group>_<cell>`, as the published code numbers pictures. */
function nameOf(record: PerceptionRecord): string {
  return `${record.group}_${cellOf(record)}`;
}

function cellOf({ cell }: PerceptionRecord): number {
  return CELLS.indexOf(cell);
}
