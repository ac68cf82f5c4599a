import { describe, expect, it } from 'vitest';
import { describeTiles, imageMap, OVERLAY_ALPHA, tileNumbers, type TileMap } from './image-map.ts';
import { nineMaps } from './nine-maps.ts';
import { meanMapFigures, pictureMap, shareMaps, shareSource } from './perception-maps.ts';
import { DARK } from './theme.ts';

const SOURCE = { model: 'emoji-llava', dataset: 'emoji-probe', groups: 20, seed: 1 };
const NAMES =
  'top_left top_center top_right left center right bottom_left bottom_center bottom_right'.split(
    ' ',
  );

const MAP: TileMap = {
  across: [0, 0.5, 1],
  down: [0, 0.25, 1],
  values: [
    [0, 0.5],
    [1, 0.25],
  ],
};

/** One grey pixel. */
const PICTURE = {
  href: 'data:image/gif;base64,R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==',
  width: 300,
  height: 200,
};

const subject = {
  caption: 'red apple',
  output: 'Yes',
  scheme: 'balanced',
  mode: 'reference',
  target: 4,
  maximum: 1.234,
  picture: PICTURE,
  map: MAP,
};

const lines = (svg: string) => svg.replaceAll('><', '>\n<');

describe('a map over its picture', () => {
  const data = pictureMap(subject, SOURCE);

  it('draws what it drew', () => {
    expect(lines(imageMap(data))).toMatchSnapshot();
  });

  it('lets the picture through, in its own shape, with a tile for each value', () => {
    const svg = imageMap(data);
    expect(svg).toContain(`<image x="24" y="68" width="420" height="280" href="${PICTURE.href}"`);
    expect(svg).toContain(`<g opacity="${OVERLAY_ALPHA}" shape-rendering="crispEdges">`);
    // YlOrRd: 0 is its light end, 1 its dark one.
    expect(svg).toContain('<rect x="24" y="68" width="210" height="70" fill="#ffffcc"/>');
    expect(svg).toContain('<rect x="24" y="138" width="210" height="210" fill="#800026"/>');
    expect(svg).toContain('answer “Yes”, largest change 1.23 logits');
    expect(svg).toContain('It is largest 25 % from the left and 63 % from the top.');
  });

  it('stands alone without a picture, and takes its theme', () => {
    const svg = imageMap({ ...data, picture: undefined, theme: DARK });
    expect(svg).not.toContain('<image');
    expect(svg).toContain('<g opacity="1"');
    expect(svg).toContain(`fill="${DARK.paper}"`);
    expect(svg).toContain(`fill="${DARK.ink}"`);
  });

  it('shows markup in a caption as text', () => {
    const svg = imageMap(pictureMap({ ...subject, caption: '<b>x</b>' }, SOURCE));
    expect(svg).not.toContain('<b>');
    expect(svg).toContain('&lt;b&gt;x');
  });

  it('keeps tiles inside the picture', () => {
    const outside = { ...MAP, across: [-0.5, 0.5, 1.5] };
    const svg = imageMap({ ...data, map: outside });
    expect(svg).toContain('<rect x="24" y="68" width="210" height="70" fill="#ffffcc"/>');
    expect(svg).toContain('<rect x="234" y="68" width="210" height="70"');
  });

  it('says so where it is 0 everywhere', () => {
    expect(
      describeTiles({
        ...MAP,
        values: [
          [0, 0],
          [0, 0],
        ],
      }),
    ).toBe('It is 0 everywhere.');
  });

  it('tells its numbers', () => {
    const { columns, rows } = tileNumbers([{ name: '3_4', map: MAP }]);
    expect(columns).toEqual(['map', 'row', 'column', 'left', 'top', 'right', 'bottom', 'value']);
    expect(rows).toHaveLength(4);
    expect(rows[2]).toEqual(['3_4', 1, 0, 0, 0.25, 0.5, 1, 1]);
  });
});

describe('nine mean maps', () => {
  const placed = (factor: number) =>
    NAMES.map((name, at) =>
      at === 8
        ? { name, map: null, n: 0 }
        : {
            name,
            n: 20,
            map: { ...MAP, values: MAP.values.map((row) => row.map((v) => v * factor)) },
          },
    );
  const [standard, balanced] = meanMapFigures(
    [
      { label: 'standard', maps: placed(0.31) },
      { label: 'balanced', maps: placed(0.62) },
    ],
    'kernel',
    SOURCE,
  );

  it('draws what it drew', () => {
    expect(lines(nineMaps(standard!))).toMatchSnapshot();
  });

  it('share one scale from 0 on, over the schemes too', () => {
    expect(standard!.scale).toEqual({ palette: 'YlOrRd', domain: [0, 0.7] });
    expect(balanced!.scale).toEqual(standard!.scale);
  });

  it('show what is missing as missing', () => {
    const svg = nineMaps(standard!);
    expect(svg.match(/data-cell="/g)).toHaveLength(9);
    expect(svg).toContain('bottom right, n = 0');
    expect(svg.match(/>no data</g)).toHaveLength(1);
    expect(svg.match(/url\(#maps-hatch\)/g)).toHaveLength(1);
    expect(svg).toContain('bottom right: no data.');
    expect(svg.match(/data-target="/g)).toHaveLength(9);
  });

  it('take the paper and ink of their theme', () => {
    const svg = nineMaps({ ...standard!, theme: DARK });
    expect(svg).toContain(`fill="${DARK.paper}"`);
    expect(svg).toContain(`fill="${DARK.ink}"`);
  });
});

it('shares of several schemes have one scale, their mean and what is flat', () => {
  const cells = (value: number) => NAMES.map((name) => ({ name, value, n: 20 }));
  const schemes = [
    { label: 'standard', cells: cells(0.42), mean: 0.42 },
    { label: 'balanced', cells: cells(0.61) },
  ];
  const [first, second] = shareMaps(schemes, shareSource('reference', SOURCE));
  expect(first!.scale).toEqual({ palette: 'YlOrRd', domain: [0.4, 0.7] });
  expect(second!.scale).toEqual(first!.scale);
  expect(first!.detail).toBe('mean 0.42, a flat map has 0.11');
  expect(first!.quantity).toBe("share of the reference map in the target's cell");
});
