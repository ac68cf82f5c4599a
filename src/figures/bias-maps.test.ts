import { describe, expect, it } from 'vitest';
import { biasFigure, differenceMap, schemeMaps } from './bias-maps.ts';
import type { HeatmapCell } from './heatmap.ts';

const NAMES =
  'top_left top_center top_right left center right bottom_left bottom_center bottom_right';
const cells = (value: number, interval?: readonly [number, number]): HeatmapCell[] =>
  NAMES.split(' ').map((name) => ({ name, value, n: 20, ...(interval ? { interval } : {}) }));

const source = {
  quantity: 'accuracy on positive items',
  model: 'emoji-llava',
  dataset: 'emoji-probe',
  groups: 20,
  seed: 7,
};

describe('bias maps', () => {
  const maps = schemeMaps(
    [
      { label: 'standard', cells: cells(0.9, [0.8, 0.95]), range: 0.2 },
      { label: 'balanced', cells: cells(0.3) },
    ],
    source,
  );

  it('draws all schemes on one scale that holds the values of both', () => {
    expect(maps[0]!.scale).toEqual(maps[1]!.scale);
    expect(maps[0]!.scale.domain).toEqual([0.3, 0.9]);
  });

  it('says what, on what, how much and how uneven', () => {
    const svg = biasFigure([maps[0]!], source);
    expect(svg).toContain('emoji-llava · emoji-probe · 20 groups · seed 7');
    expect(svg).toContain('range (max − min) 0.20');
    expect(svg).toContain('accuracy on positive items [95 % interval]');
    expect(maps[1]!.quantity).toBe('accuracy on positive items');
  });

  it('puts a difference with its intervals and signs beside the two', () => {
    const change = differenceMap(
      {
        first: 'standard',
        second: 'balanced',
        cells: cells(-0.6, [-0.7, -0.4]),
        rangeChange: -0.2,
      },
      source,
    );
    const svg = biasFigure([...maps, change], source);
    expect(svg.match(/data-map="/g)).toHaveLength(3);
    expect(svg).toContain('data-map="balanced − standard"');
    expect(svg).toContain('[−0.70, −0.40]');
    expect(svg).toContain('change of the range −0.20');
  });

  it('marks the cells that a test speaks for, and says which test', () => {
    const marked = cells(-0.6).map((cell) => ({ ...cell, marked: cell.name === 'left' }));
    const pair = { first: 'standard', second: 'balanced', rangeChange: -0.2 };
    const svg = biasFigure([differenceMap({ ...pair, cells: marked }, source)], source);
    expect(svg.match(/>\*<\/text>/g)).toHaveLength(1);
    expect(svg).toContain('* McNemar p &lt; 0.05 (Holm)');
    expect(svg).toContain('left −0.60*, center −0.60,');
    const plain = biasFigure([differenceMap({ ...pair, cells: cells(-0.6) }, source)], source);
    expect(plain).not.toContain('McNemar');
  });
});
