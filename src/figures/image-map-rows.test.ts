import { describe, expect, it } from 'vitest';
import { flowMaps, overPicture, type FlowFigureData } from './flow-figures.ts';
import { imageMapRows } from './image-map-rows.ts';
import { comparedPictureMaps } from './perception-maps.ts';
import { DARK } from './theme.ts';

/** One grey pixel. */
const PICTURE = {
  href: 'data:image/gif;base64,R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==',
  width: 100,
  height: 100,
};

const HALVES = [0, 0.5, 1];

function subject(scheme: string, maximum: number, values: number[][]) {
  const map = { across: HALVES, down: HALVES, values };
  const about = { caption: 'red apple', output: 'Yes', mode: 'kernel', target: 4 };
  return { ...about, scheme, maximum, picture: PICTURE, map };
}

const STANDARD = subject('standard', 2, [
  [0, 0.5],
  [1, 0],
]);
const BALANCED = subject('balanced', 4, [
  [0, 0],
  [0.25, 1],
]);

const lines = (svg: string) => svg.replaceAll('><', '>\n<');

describe('one picture’s maps under two schemes', () => {
  const maps = comparedPictureMaps([STANDARD, BALANCED], { model: 'emoji-llava' });

  it('are drawn in logits on one scale, with their difference', () => {
    expect(maps.map(({ name }) => name)).toEqual(['standard', 'balanced', 'balanced − standard']);
    expect(maps[0]!.map.values).toEqual([
      [0, 1],
      [2, 0],
    ]);
    expect(maps[1]!.map.values.flat()).toEqual([0, 0, 1, 4]);
    expect(maps[2]!.map.values.flat()).toEqual([0, -1, -1, 4]);
    expect(maps[0]!.scale).toEqual({ palette: 'YlOrRd', domain: [0, 4] });
    expect(maps[1]!.scale).toEqual(maps[0]!.scale);
    expect(maps[2]!.scale).toEqual({ palette: 'RdBu', domain: [-4, 4] });
    expect(lines(imageMapRows({ title: 'Maps', rows: [maps] }))).toMatchSnapshot();
  });

  it('have no difference where their tiles are others', () => {
    const finer = { ...BALANCED, map: { ...BALANCED.map, across: [0, 0.25, 1] } };
    expect(comparedPictureMaps([STANDARD, finer], {})).toHaveLength(2);
    expect(comparedPictureMaps([STANDARD], {})).toHaveLength(1);
  });

  it('take their theme, and are not compared on two scales', () => {
    expect(imageMapRows({ title: 'Maps', rows: [maps], theme: DARK })).toContain(DARK.paper);
    const wrong = { ...maps[1]!, scale: { palette: 'YlOrRd', domain: [0, 1] } as const };
    expect(() => imageMapRows({ title: 'Maps', rows: [[maps[0]!, wrong]] })).toThrow(
      'Maps that are compared need one colour scale',
    );
  });
});

it('attention lies where its view lies in the picture, the tiles of an anyres picture below', () => {
  const scheme = {
    label: 'standard',
    samples: 1,
    overall: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    normalised: [0, 0.2, 0.4, 0.6, 0.8, 1],
    layers: [],
    shares: { image: 1, before: 0, after: 0 },
  };
  const data: FlowFigureData = {
    views: [
      {
        kind: 'base',
        rows: 2,
        columns: 2,
        first: 0,
        stride: 2,
        area: { left: 0, top: 0, width: 1, height: 1 },
      },
      {
        kind: 'tiles',
        rows: 1,
        columns: 2,
        first: 4,
        stride: 3,
        area: { left: -0.25, top: 0.25, width: 1.5, height: 0.5 },
      },
    ],
    schemes: [scheme],
    source: { model: 'emoji-llava' },
  };
  const { rows } = overPicture(flowMaps(data), data.views, { picture: PICTURE, target: 0 });
  expect(rows).toHaveLength(2);
  expect(rows[0]![0]!.map.across).toEqual([0, 0.5, 1]);
  expect(rows[1]![0]!.map.across).toEqual([-0.25, 0.5, 1.25]);
  expect(rows[1]![0]!.map.down).toEqual([0.25, 0.75]);
  expect(rows[1]![0]!.map.values).toEqual([[50, 60]]);
  const svg = imageMapRows({ title: 'Attention', rows });
  expect(svg.match(/<image /g)).toHaveLength(2);
  // Cut off at the picture's edges.
  expect(svg).toContain('<rect x="24" y="143" width="150" height="150"');
});
