import { describe, expect, it } from 'vitest';
import { colorOf, differenceScale, inkOn, sharedScale } from './color-scale.ts';
import { comparison } from './comparison.ts';
import { formatNumber, heatmap, type HeatmapData } from './heatmap.ts';
import { element, escapeText, render } from './svg.ts';
import { DARK } from './theme.ts';

const NAMES =
  'top_left top_center top_right left center right bottom_left bottom_center bottom_right';
const VALUES = [0.71, 0.78, 0.74, 0.83, 0.95, 0.81, 0.62, 0.69, null];

function makeMap(title: string, values: readonly (number | null)[] = VALUES): HeatmapData {
  return {
    title,
    subtitle: '40 groups',
    quantity: 'accuracy',
    scale: { palette: 'YlGnBu', domain: [0.6, 1] },
    cells: NAMES.split(' ').map((name, at) => {
      const value = values[at]!;
      return value === null
        ? { name, value }
        : { name, value, n: 40, interval: [value - 0.05, value + 0.04] };
    }),
  };
}

/** `data-value` by `data-cell`, read back from the text. */
function readCells(svg: string): Map<string, number> {
  const cells = [...svg.matchAll(/data-cell="(\w+)" data-value="([^"]+)"/g)];
  return new Map(cells.map(([, name, value]) => [name!, Number(value)]));
}

describe('svg', () => {
  it('keeps text text', () => {
    const node = element('text', { 'data-x': `"a" & 'b'` }, '<script>alert(1)</script>\u0000');
    expect(render(node)).toBe(
      '<text data-x="&quot;a&quot; &amp; &#39;b&#39;">&lt;script&gt;alert(1)&lt;/script&gt;</text>',
    );
    expect(escapeText('a\u0007b\tc')).toBe('ab\tc');
  });

  it('rounds numbers and leaves undefined attributes out', () => {
    expect(render(element('rect', { x: 1 / 3, y: -0.001, width: undefined }))).toBe(
      '<rect x="0.33" y="0"/>',
    );
  });
});

describe('color scales', () => {
  it("takes d3's colours, and the end's beyond an end", () => {
    const scale = { palette: 'YlGnBu', domain: [0, 1] } as const;
    expect(colorOf(scale, 0)).toBe('#ffffd9');
    expect(colorOf(scale, 1)).toBe('#081d58');
    expect(colorOf(scale, 7)).toBe('#081d58');
    expect(colorOf({ palette: 'viridis', domain: [0, 1] }, 0)).toBe('#440154');
  });

  it('writes dark on light and light on dark', () => {
    expect(inkOn('#ffffd9')).toBe('#111418');
    expect(inkOn('#081d58')).toBe('#ffffff');
  });

  it('stays in order where only its grey is printed', () => {
    const grey = (hex: string) => {
      const linear = [1, 3, 5].map((at) => {
        const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
    };
    for (const palette of ['YlGnBu', 'YlOrBr', 'YlOrRd', 'viridis'] as const) {
      const greys = Array.from({ length: 33 }, (_, step) =>
        grey(colorOf({ palette, domain: [0, 32] }, step)),
      );
      if (palette === 'viridis') greys.reverse();
      for (let step = 1; step < greys.length; step++)
        expect(greys[step], `${palette}, step ${step}`).toBeLessThan(greys[step - 1]!);
    }
    // A diverging palette cannot: both its ends are dark, so that its maps write signs.
    const [low, middle, high] = [-1, 0, 1].map((value) =>
      grey(colorOf({ palette: 'RdBu', domain: [-1, 1] }, value)),
    );
    expect(Math.max(low!, high!)).toBeLessThan(middle!);
  });

  it('shares one domain, and centres differences at 0', () => {
    expect(sharedScale([0.62, null, 0.95]).domain).toEqual([0.6, 1]);
    expect(sharedScale([1, 1]).domain).toEqual([0.8, 1]);
    expect(sharedScale([0, 0.02]).domain).toEqual([0, 0.2]);
    expect(sharedScale([null]).domain).toEqual([0, 1]);
    expect(differenceScale([0.02, -0.16]).domain).toEqual([-0.2, 0.2]);
    expect(differenceScale([null, 0]).domain).toEqual([-0.05, 0.05]);
  });
});

describe('heatmap', () => {
  it('carries its numbers for machines and for readers', () => {
    const svg = heatmap(makeMap('standard'));
    const cells = readCells(svg);
    expect(cells.size).toBe(8);
    expect(cells.get('center')).toBe(0.95);
    expect(svg).toContain('<title>standard</title>');
    expect(svg).toContain('center 0.95');
    expect(svg).toContain('bottom right no data');
  });

  it('draws what it drew', () => {
    expect(heatmap(makeMap('standard')).replaceAll('><', '>\n<')).toMatchSnapshot();
  });

  it('shows markup in a title as text', () => {
    const svg = heatmap(makeMap('<img src=x onerror="alert(1)">'));
    expect(svg).not.toContain('<img');
    expect(svg).toContain('&lt;img src=x');
  });

  it('takes the paper and ink of its theme', () => {
    const svg = heatmap({ ...makeMap('dark'), theme: DARK });
    expect(svg).toContain(`fill="${DARK.paper}"`);
    expect(svg).toContain(`fill="${DARK.ink}"`);
  });

  it('writes signs', () => {
    expect(formatNumber(-0.1)).toBe('−0.10');
    expect(formatNumber(0.055, true)).toBe('+0.06');
    expect(formatNumber(-0.001, true)).toBe('0.00');
  });
});

describe('comparison', () => {
  const difference = { ...makeMap('difference'), signed: true, scale: differenceScale([0.1]) };

  it('holds all three maps with ids of their own', () => {
    const svg = comparison({ title: 'all', maps: [makeMap('a'), makeMap('b'), difference] });
    expect(svg.match(/data-cell="center"/g)).toHaveLength(3);
    const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refuses two conditions on two scales', () => {
    const other = { ...makeMap('b'), scale: sharedScale([0.1]) };
    expect(() => comparison({ title: 'all', maps: [makeMap('a'), other] })).toThrow(
      'one colour scale',
    );
  });
});
