/** The figures of perception maps, the same for page and command line. */
import { attentionDifferenceScale, attentionScale } from './attention-scale.ts';
import { describeSource, schemeMaps, type BiasMapSource, type SchemeCells } from './bias-maps.ts';
import { sharedScale, type ColorScale } from './color-scale.ts';
import { formatNumber, type HeatmapData } from './heatmap.ts';
import type { ImageMapData, MapPicture, TileMap } from './image-map.ts';
import type { NineMapsData, PlacedMap } from './nine-maps.ts';

const PALETTE = 'YlOrRd';

/** Of one picture's map, which was divided by its maximum. */
const PICTURE_SCALE: ColorScale = { palette: PALETTE, domain: [0, 1] };

/** One picture's map over it. */
export interface PictureMapSource {
  readonly caption: string;
  /** The model's answer to the picture as it is. */
  readonly output: string;
  readonly scheme: string;
  readonly mode: string;
  /** The target's cell, 0 to 8. */
  readonly target: number;
  /** What the map was divided by, in logits. */
  readonly maximum: number;
  readonly picture: MapPicture | undefined;
  readonly map: TileMap;
}

/** A map over its picture, ready to be drawn. */
export function pictureMap(
  { caption, output, scheme, mode, target, maximum, picture, map }: PictureMapSource,
  source: Omit<BiasMapSource, 'quantity'>,
): ImageMapData {
  const { model, dataset } = source;
  return {
    title: caption,
    subtitle: describeSource({ quantity: '', model, dataset }),
    detail: `${scheme} positions, ${mode} mode, answer “${output}”, largest change ${formatNumber(maximum)} logits`,
    picture,
    map,
    scale: PICTURE_SCALE,
    quantity: 'change of the answer when a tile is covered, divided by the largest',
    target,
  };
}

/**
 * One picture's maps under several schemes in logits on one scale, and the second less the first where both
 * have the same tiles.
 */
export function comparedPictureMaps(
  subjects: readonly PictureMapSource[],
  source: Omit<BiasMapSource, 'quantity'>,
): ImageMapData[] {
  const inLogits = subjects.map(({ map, maximum }) =>
    map.values.map((row) => row.map((value) => value * maximum)),
  );
  const shared = attentionScale(
    inLogits.map((values) => values.flat()),
    PALETTE,
  );
  const maps = subjects.map((subject, at): ImageMapData => {
    const { scheme, mode, output, caption, picture, target, map } = subject;
    return {
      title: `${scheme} positions`,
      name: scheme,
      subtitle: describeSource({ quantity: '', ...source, dataset: `“${caption}”` }),
      detail: `${mode} mode, answer “${output}”`,
      picture,
      map: { ...map, values: inLogits[at]! },
      ...shared,
      quantity: 'change of the answer when a tile is covered, logits',
      target,
    };
  });
  const [first, second] = maps;
  if (!first || !second || !sameBorders(first.map, second.map)) return maps;
  const values = second.map.values.map((row, r) =>
    row.map((value, c) => value - first.map.values[r]![c]!),
  );
  const name = `${subjects[1]!.scheme} − ${subjects[0]!.scheme}`;
  const difference: ImageMapData = {
    ...second,
    title: name,
    name,
    detail: `${subjects[1]!.mode} mode`,
    map: { ...second.map, values },
    ...attentionDifferenceScale(values.flat()),
    signed: true,
    quantity: 'difference of the changes, logits',
  };
  return [...maps, difference];
}

function sameBorders(a: TileMap, b: TileMap): boolean {
  return a.across.join() === b.across.join() && a.down.join() === b.down.join();
}

/** The mean maps of one scheme, by the target's cell. */
export interface SchemeMeanMaps {
  readonly label: string;
  readonly maps: readonly PlacedMap[];
}

/** Nine mean maps a scheme, all schemes on one scale from 0 on. */
export function meanMapFigures(
  schemes: readonly SchemeMeanMaps[],
  mode: string,
  source: Omit<BiasMapSource, 'quantity'>,
): NineMapsData[] {
  const values = schemes.flatMap(({ maps }) => maps.flatMap(({ map }) => map?.values.flat() ?? []));
  const [, high] = sharedScale(values).domain;
  return schemes.map(({ label, maps }) => ({
    title: `${label} positions, mean maps by the target's cell`,
    subtitle: describeSource({ quantity: '', ...source }),
    detail: `${mode} mode; the target's cell is outlined`,
    maps,
    scale: { palette: PALETTE, domain: [0, high] },
    quantity: 'mean change of the answer when a tile is covered, each map divided by its largest',
  }));
}

/** A scheme's shares by the target's cell, and their mean where all nine are known. */
export interface SchemeShares extends SchemeCells {
  readonly mean?: number | undefined;
}

/** The shares of the maps that lie in the target's own cell, all schemes on one scale. */
export function shareMaps(schemes: readonly SchemeShares[], source: BiasMapSource): HeatmapData[] {
  const values = schemes.flatMap(({ cells }) => cells.map(({ value }) => value));
  const scale = sharedScale(values, PALETTE);
  return schemeMaps(schemes, source).map((map, at) => {
    const { mean } = schemes[at]!;
    const flat = `a flat map has ${formatNumber(1 / 9)}`;
    const detail = mean === undefined ? flat : `mean ${formatNumber(mean)}, ${flat}`;
    return { ...map, scale, detail };
  });
}

/** What the shares are called, for maps and their differences. */
export function shareSource(mode: string, source: Omit<BiasMapSource, 'quantity'>): BiasMapSource {
  return { ...source, quantity: `share of the ${mode} map in the target's cell` };
}
