import { describe, expect, it } from 'vitest';
import { attentionDifferenceScale, attentionScale } from './attention-scale.ts';
import {
  distanceProfile,
  flowMaps,
  flowShares,
  headStrip,
  layerStrip,
  normalisedMaps,
  type FlowFigureData,
} from './flow-figures.ts';
import { profile, profileNumbers } from './profile.ts';
import { shareBars, shareNumbers } from './share-bars.ts';
import { strip, stripNumbers } from './strip.ts';
import { DARK } from './theme.ts';
import { tokenFigure, tokenNumbers } from './token-map.ts';

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };
/** Two rows of three, and tiles of two rows of two with a newline behind each. */
const BASE = { kind: 'base', rows: 2, columns: 3, first: 0, stride: 3, area: WHOLE } as const;
const TILES = { kind: 'tiles', rows: 2, columns: 2, first: 6, stride: 3, area: WHOLE } as const;

const standard = [0.004, 0.006, 0.008, 0.01, 0.012, 0.02];
const balanced = [0.011, 0.009, 0.012, 0.01, 0.011, 0.013];

function makeScheme(label: string, overall: readonly number[]) {
  const half = overall.map((value) => value / 2);
  return {
    label,
    samples: 18,
    overall,
    normalised: overall.map((value) => (value - overall[0]!) / 0.016),
    layers: [half, overall.map((value) => value * 1.5)],
    heads: { layer: 1, maps: [half, half, overall] },
    shares: { image: 0.06, before: 0.44, after: 0.5 },
  };
}

const data: FlowFigureData = {
  views: [BASE],
  schemes: [makeScheme('standard', standard), makeScheme('balanced', balanced)],
  difference: balanced.map((value, at) => value - standard[at]!),
  source: { model: 'emoji-llava', dataset: 'emoji-probe', groups: 2, seed: 7 },
};

/** One line for each element, so that a change shows where it is. */
const lines = (svg: string) => svg.replaceAll('><', '>\n<');

describe('token maps', () => {
  it('draw what they drew', () => {
    expect(lines(tokenFigure(flowMaps(data)))).toMatchSnapshot();
  });

  it('share one scale from 0, and show the difference around 0', () => {
    const [[first, second, change]] = flowMaps(data).maps as [
      ReturnType<typeof flowMaps>['maps'][number],
    ];
    expect(first!.scale).toEqual({ palette: 'viridis', domain: [0, 2] });
    expect(second!.scale).toEqual(first!.scale);
    expect(change!.scale).toEqual({ palette: 'RdBu', domain: [-0.8, 0.8] });
    expect(change!.grid.values[0]).toBeCloseTo(0.7, 10);
  });

  it('tell base view and tiles apart, and leave newlines out', () => {
    const overall = [...standard, 0.03, 0.04, 0.9, 0.05, 0.06, 0.9];
    const anyres = { ...data, views: [BASE, TILES], schemes: [makeScheme('standard', overall)] };
    const { maps } = flowMaps({ ...anyres, difference: undefined });
    expect(maps.map(([map]) => map!.grid.values.map((value) => Math.round(value)))).toEqual([
      [0, 1, 1, 1, 1, 2],
      [3, 4, 5, 6],
    ]);
    expect(maps.map(([map]) => map!.name)).toEqual(['standard, base view', 'standard, tiles']);
    expect(distanceProfile(anyres).marks).toEqual([
      { at: 0, label: 'base view' },
      { at: 6, label: 'tiles' },
    ]);
  });

  it('are refused on two scales', () => {
    const { title, maps } = flowMaps(data);
    const [row] = maps as [(typeof maps)[number]];
    const other = { ...row[1]!, scale: { palette: 'viridis', domain: [0, 1] } } as const;
    expect(() => tokenFigure({ title, maps: [[row[0]!, other]] })).toThrow('one colour scale');
  });

  it('have the normalised ones beside them', () => {
    const svg = tokenFigure(normalisedMaps(data));
    expect(svg).toContain('standard positions, normalised');
    expect(svg.match(/data-map="/g)).toHaveLength(2);
  });

  it('give their numbers with row and column', () => {
    const { columns, rows } = tokenNumbers(flowMaps(data).maps.flat());
    expect(columns).toEqual(['map', 'quantity', 'row', 'column', 'value']);
    expect(rows.length).toBe(18);
    expect(rows[5]!.slice(2)).toEqual([1, 2, 2]);
  });

  it('take the paper and ink of their theme', () => {
    const svg = tokenFigure({ ...flowMaps(data), theme: DARK });
    expect(svg).toContain(`fill="${DARK.paper}"`);
  });
});

describe('strips', () => {
  it('draw what they drew', () => {
    expect(lines(strip(layerStrip(data, data.schemes[0]!)))).toMatchSnapshot();
  });

  it('have one scale for all layers of all schemes', () => {
    const [first, second] = data.schemes.map((scheme) => layerStrip(data, scheme));
    expect(first!.scale.domain).toEqual([0, 3]);
    expect(second!.scale).toEqual(first!.scale);
  });

  it('show heads where they were asked for', () => {
    const heads = headStrip(data, data.schemes[1]!)!;
    expect(heads.title).toBe('balanced positions, heads of layer 1');
    expect(strip(heads)).toContain('data-map="head 2"');
    expect(headStrip(data, { ...data.schemes[1]!, heads: undefined })).toBeUndefined();
    expect(stripNumbers(heads).rows.length).toBe(18);
  });
});

describe('the profile', () => {
  it('draws what it drew', () => {
    expect(lines(profile(distanceProfile(data)))).toMatchSnapshot();
  });

  it('tells its lines apart without colour', () => {
    const svg = profile(distanceProfile(data));
    const dashed = [...svg.matchAll(/<polyline data-series="(\w+)"[^>]*?(stroke-dasharray)?="/g)];
    expect(dashed.length).toBe(2);
    expect(svg).toMatch(/data-series="balanced"[^>]*stroke-dasharray="7 3"/);
    expect(svg).not.toMatch(/data-series="standard"[^>]*stroke-dasharray/);
  });

  it('gives its numbers', () => {
    const { columns, rows } = profileNumbers(distanceProfile(data));
    expect(columns.slice(1)).toEqual(['standard', 'balanced']);
    expect(rows[5]).toEqual([5, 2, 1.3]);
  });
});

describe('shares', () => {
  it('draw what they drew', () => {
    expect(lines(shareBars(flowShares(data)))).toMatchSnapshot();
  });

  it('give their numbers, in words too', () => {
    expect(shareNumbers(flowShares(data)).rows[1]).toEqual(['balanced', 0.06, 0.44, 0.5]);
    expect(shareBars(flowShares(data))).toContain(
      'balanced: image 6.0 %, text before it 44.0 %, text behind it 50.0 %.',
    );
  });
});

describe('scales of attention', () => {
  it('end at round numbers with the decimals that they need', () => {
    expect(attentionScale([[0.0113], [0.7]])).toEqual({
      scale: { palette: 'viridis', domain: [0, 0.8] },
      digits: 2,
    });
    expect(attentionScale([[43]])).toMatchObject({ scale: { domain: [0, 50] }, digits: 0 });
    expect(attentionScale([[0]]).scale.domain).toEqual([0, 1]);
    expect(attentionDifferenceScale([-0.0042, 0.001])).toMatchObject({
      scale: { domain: [-0.005, 0.005] },
      digits: 4,
    });
  });
});
