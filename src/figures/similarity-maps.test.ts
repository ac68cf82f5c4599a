import { describe, expect, it } from 'vitest';
import { biasFigure } from './bias-maps.ts';
import { fittedScale } from './color-scale.ts';
import type { HeatmapCell } from './heatmap.ts';
import { heatmapNumbers } from './heatmap-numbers.ts';
import { similarityMaps } from './similarity-maps.ts';

const NAMES =
  'top_left top_center top_right left center right bottom_left bottom_center bottom_right';
const cells = (value: number | null, interval?: readonly [number, number]): HeatmapCell[] =>
  NAMES.split(' ').map((name, at) =>
    value === null
      ? { name, value }
      : { name, value: value + at / 1000, n: 20, ...(interval ? { interval } : {}) },
  );

const SOURCE = {
  quantity: 'cosine with the caption',
  model: 'emoji-llava',
  dataset: 'emoji-probe',
  groups: 20,
  seed: 7,
};

const POOLED = [
  { label: 'max, all tokens', cells: cells(0.431, [0.428, 0.433]), range: 0.008 },
  { label: 'mean, all tokens', cells: cells(-0.02) },
  { label: "max, target's tokens", cells: cells(null) },
];

describe('similarity maps', () => {
  it('are drawn from 0 to 1, with three decimals and intervals', () => {
    const maps = similarityMaps(POOLED, SOURCE);
    expect(maps.map(({ scale }) => scale)).toEqual(
      maps.map(() => ({ palette: 'YlOrBr', domain: [0, 1] })),
    );
    const svg = biasFigure(maps, SOURCE);
    expect(svg).toContain('>0.431<');
    expect(svg).toContain('[0.428, 0.433]');
    expect(svg).toContain('range (max − min) 0.008');
    expect(svg).toContain('emoji-llava · emoji-probe · 20 groups · seed 7');
    expect(svg.match(/no data/g)!.length).toBeGreaterThanOrEqual(9);
    expect(biasFigure(maps.slice(0, 1), SOURCE).replaceAll('><', '>\n<')).toMatchSnapshot();
  });

  it('share one narrow scale where that is asked for', () => {
    const [first, second] = similarityMaps(POOLED, SOURCE, 'fitted');
    expect(first!.scale).toEqual({ palette: 'YlOrBr', domain: [-0.1, 0.5] });
    expect(second!.scale).toEqual(first!.scale);
    expect(fittedScale([0.4312, 0.4391, null], 'YlOrBr').domain).toEqual([0.431, 0.44]);
    expect(fittedScale([0.5, 0.5], 'YlOrBr').domain).toEqual([0.5, 0.501]);
    expect(fittedScale([null], 'YlOrBr').domain).toEqual([0, 1]);
    expect(fittedScale([0.12, 0.93], 'YlOrBr').domain).toEqual([0.1, 1]);
  });

  it('tell their numbers', () => {
    const { columns, rows } = heatmapNumbers(similarityMaps(POOLED, SOURCE));
    expect(columns).toEqual(['map', 'quantity', 'cell', 'value', 'low', 'high', 'n']);
    expect(rows).toHaveLength(27);
    const quantity = 'cosine with the caption [95 % interval]';
    expect(rows[0]).toEqual(['max, all tokens', quantity, 'top_left', 0.431, 0.428, 0.433, 20]);
    expect(rows.at(-1)!.slice(2)).toEqual(['bottom_right', null, null, null, null]);
  });
});
