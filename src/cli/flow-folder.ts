/** The folder of an information flow run: records appended as they come, everything else at the end. */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FigureNumbers } from '../figures/heatmap-numbers.ts';
import {
  distanceProfile,
  flowMaps,
  flowShares,
  headStrip,
  layerStrip,
  normalisedMaps,
  type FlowFigureData,
} from '../figures/flow-figures.ts';
import { profile, profileNumbers } from '../figures/profile.ts';
import { shareBars, shareNumbers } from '../figures/share-bars.ts';
import { strip, stripNumbers } from '../figures/strip.ts';
import { tokenFigure, tokenNumbers } from '../figures/token-map.ts';
import { tableToCsv } from '../results/csv.ts';
import {
  mapDifference,
  normalised,
  overallMap,
  overallShares,
  type FlowResult,
} from '../results/flow-maps.ts';
import { flowsToCsv, formatFlows, type FlowRecord } from '../results/flow-records.ts';
import type { RunManifest } from '../results/manifest.ts';
import { CommandError } from './failure.ts';
import { makeFolder } from './places.ts';
import { readOptional, writeWhole } from './run-files.ts';

const MANIFEST = 'manifest.json';
const RECORDS = 'records.jsonl';
const RESULT = 'flow.json';

export class FlowFolder {
  private constructor(readonly folder: string) {}

  /** Makes the folder (its parents too). @throws when it cannot be made, or holds results already */
  static async open(folder: string): Promise<FlowFolder> {
    await makeFolder(folder, '--out');
    for (const file of [MANIFEST, RECORDS, RESULT])
      if ((await readOptional(join(folder, file))) !== undefined)
        throw new CommandError(
          `The folder ${folder} already holds results (${file}). Choose another --out.`,
        );
    return new FlowFolder(folder);
  }

  async begin(manifest: RunManifest): Promise<void> {
    await this.write(MANIFEST, toJson(manifest));
    await writeFile(join(this.folder, RECORDS), '');
  }

  async append(record: FlowRecord): Promise<void> {
    await appendFile(join(this.folder, RECORDS), formatFlows([record]));
  }

  /** Writes all results of a finished run: numbers, figures, and the numbers behind each figure. */
  async finish(
    records: readonly FlowRecord[],
    result: FlowResult,
    manifest: RunManifest,
  ): Promise<void> {
    await this.write('records.csv', flowsToCsv(records));
    await this.write(RESULT, `${JSON.stringify(result)}\n`);
    for (const { name, svg, numbers } of flowFigures(result, manifest)) {
      await this.write(`${name}.svg`, svg);
      await this.write(`${name}.csv`, tableToCsv(numbers));
    }
  }

  private write(file: string, text: string): Promise<void> {
    return writeWhole(join(this.folder, file), text);
  }
}

/** A figure's file name without its ending, the figure and what it shows. */
interface NamedFigure {
  readonly name: string;
  readonly svg: string;
  readonly numbers: FigureNumbers;
}

/** All figures of a run. */
export function flowFigures(
  result: FlowResult,
  { model, dataset, groups, seed }: Pick<RunManifest, 'model' | 'dataset' | 'groups' | 'seed'>,
): NamedFigure[] {
  const data = figureData(result, { model: model.name, dataset: dataset.name, groups, seed });
  const [maps, unit] = [flowMaps(data), normalisedMaps(data)];
  const [distance, shares] = [distanceProfile(data), flowShares(data)];
  const strips = data.schemes.flatMap((scheme) => {
    const [layers, heads] = [layerStrip(data, scheme), headStrip(data, scheme)];
    return [
      { name: `layers-${scheme.label}`, svg: strip(layers), numbers: stripNumbers(layers) },
      ...(heads
        ? [{ name: `heads-${scheme.label}`, svg: strip(heads), numbers: stripNumbers(heads) }]
        : []),
    ];
  });
  return [
    { name: 'map', svg: tokenFigure(maps), numbers: tokenNumbers(maps.maps.flat()) },
    { name: 'normalised', svg: tokenFigure(unit), numbers: tokenNumbers(unit.maps.flat()) },
    ...strips,
    { name: 'profile', svg: profile(distance), numbers: profileNumbers(distance) },
    { name: 'shares', svg: shareBars(shares), numbers: shareNumbers(shares) },
  ];
}

function figureData(
  { layout, schemes }: FlowResult,
  source: FlowFigureData['source'],
): FlowFigureData {
  const [first, second] = schemes.map(overallMap);
  return {
    views: layout.views,
    schemes: schemes.map((maps) => {
      const overall = overallMap(maps);
      return {
        label: maps.scheme.label,
        samples: maps.samples,
        overall,
        normalised: normalised(overall),
        layers: maps.layers,
        heads: maps.heads,
        shares: overallShares(maps),
      };
    }),
    difference: first && second ? mapDifference(first, second) : undefined,
    source,
  };
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
