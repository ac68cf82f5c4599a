/** From perception records to what the tab draws and saves. Pure functions. */
import { heatmapNumbers } from '../../figures/heatmap-numbers.ts';
import { biasFigure } from '../../figures/bias-maps.ts';
import { tileNumbers, type ImageMapData, type MapPicture } from '../../figures/image-map.ts';
import { imageMapRows } from '../../figures/image-map-rows.ts';
import { nineMaps } from '../../figures/nine-maps.ts';
import { comparedPictureMaps } from '../../figures/perception-maps.ts';
import {
  meanMapNumbers,
  type FigureSource,
  type ModeFigures,
} from '../../report/perception-figures.ts';
import { mapOf, type PerceptionRecord } from '../../results/perception-records.ts';
import { CELLS } from '../../results/records.ts';
import type { SavedFigure } from './figure-menu.tsx';

/** One picture's maps in one mode, a record for each scheme; those without a map are left out. */
export function pictureMaps(
  records: readonly PerceptionRecord[],
  source: FigureSource,
  picture?: MapPicture,
): ImageMapData[] {
  const subjects = records.flatMap((record) => {
    const map = mapOf(record);
    return map ? [{ ...record, target: CELLS.indexOf(record.cell), picture, map }] : [];
  });
  return comparedPictureMaps(subjects, source);
}

/** The maps of one picture over it. */
export function savedPictureMaps(
  records: readonly PerceptionRecord[],
  source: FigureSource,
  picture: () => Promise<MapPicture>,
): SavedFigure[] {
  const maps = pictureMaps(records, source);
  if (maps.length === 0) return [];
  const title = `${source.model ?? 'model'}: what changes the answer when it is covered, ${maps.map(({ title }) => title).join(', ')}`;
  return [
    {
      label: 'maps over the picture',
      svg: async () =>
        imageMapRows({ title, rows: [pictureMaps(records, source, await picture())] }),
      numbers: () =>
        tileNumbers(maps.map(({ name, title, map }) => ({ name: name ?? title, map }))),
    },
  ];
}

/** Shares of the target's cell, and the mean maps of each scheme. */
export function savedModeFigures({ means, shares, shareSource }: ModeFigures): SavedFigure[] {
  return [
    {
      label: 'shares of the target’s cell',
      svg: () => biasFigure(shares, shareSource),
      numbers: () => heatmapNumbers(shares),
    },
    ...means.map(({ label, figure }) => ({
      label: `mean maps, ${label}`,
      svg: () => nineMaps(figure),
      numbers: () => meanMapNumbers(figure),
    })),
  ];
}
