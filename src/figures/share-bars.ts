/** Bars that are cut into shares of a whole, one below the other. */
import { inkOn } from './color-scale.ts';
import type { FigureNumbers } from './heatmap-numbers.ts';
import { document } from './heatmap.ts';
import { figureHead } from './image-map.ts';
import { formatNumber } from './number-text.ts';
import { element, render, type SvgElement } from './svg.ts';
import { LIGHT, type FigureTheme } from './theme.ts';

export interface ShareBar {
  readonly label: string;
  /** One for each part, in their order; they add up to 1. */
  readonly shares: readonly number[];
}

export interface ShareBarsData {
  readonly title: string;
  readonly lines?: readonly (string | undefined)[];
  /** What the bars are cut into. */
  readonly parts: readonly string[];
  readonly bars: readonly ShareBar[];
  /** What is shared out. */
  readonly quantity: string;
  readonly theme?: FigureTheme;
}

/** Geometry in pixels. */
const WIDTH = 560;
const LEFT = 96;
const INNER = WIDTH - LEFT - 24;
const TOP = 96;
const BAR = 30;
const STEP = 42;
/** Narrower pieces bear no number: the table and the description have it. */
const NARROW = 44;

/** Dark, light, middle: neighbours differ in grey too, on paper of either colour. */
const FILLS = ['#2f4a7a', '#e3ddcf', '#8fa6b5', '#b98b5a'];

/** The bars as a whole SVG document. */
export function shareBars(data: ShareBarsData): string {
  const { title, lines = [], parts, bars, quantity } = data;
  const theme = data.theme ?? LIGHT;
  return render(
    document(WIDTH, TOP + bars.length * STEP + 28, title, describe(data), theme, [
      ...figureHead({ title, lines }, theme, 24),
      ...legend(parts, theme),
      ...bars.flatMap((bar, row) => drawBar(bar, parts, TOP + row * STEP, theme)),
      element(
        'text',
        {
          x: LEFT + INNER / 2,
          y: TOP + bars.length * STEP + 10,
          'text-anchor': 'middle',
          'font-size': 10.5,
          fill: theme.mutedInk,
        },
        quantity,
      ),
    ]),
  );
}

function legend(parts: readonly string[], theme: FigureTheme): SvgElement[] {
  const step = INNER / parts.length;
  return parts.flatMap((part, at) => {
    const x = LEFT + at * step;
    return [
      element('rect', {
        x,
        y: TOP - 28,
        width: 12,
        height: 12,
        fill: FILLS[at % FILLS.length],
        stroke: theme.rule,
      }),
      element('text', { x: x + 18, y: TOP - 18, 'font-size': 11, fill: theme.ink }, part),
    ];
  });
}

function drawBar(
  { label, shares }: ShareBar,
  parts: readonly string[],
  y: number,
  theme: FigureTheme,
): SvgElement[] {
  let x = LEFT;
  const name = { x: LEFT - 10, y: y + BAR / 2 + 4, 'text-anchor': 'end', 'font-size': 12 };
  return [
    element('text', { ...name, fill: theme.ink }, label),
    ...shares.flatMap((share, at) => {
      const fill = FILLS[at % FILLS.length]!;
      const piece = { x, y, width: share * INNER, height: BAR, fill, stroke: theme.paper };
      const middle = { x: x + piece.width / 2, y: y + BAR / 2 + 4, 'text-anchor': 'middle' };
      x += piece.width;
      return [
        element('rect', { ...piece, 'data-part': parts[at], 'data-value': String(share) }),
        ...(piece.width < NARROW
          ? []
          : [element('text', { ...middle, 'font-size': 11, fill: inkOn(fill) }, percent(share))]),
      ];
    }),
  ];
}

function percent(share: number): string {
  return `${formatNumber(share * 100, false, 1)} %`;
}

/** One sentence for each bar, for readers that cannot see it. */
function describe({ title, quantity, parts, bars }: ShareBarsData): string {
  const sentences = bars.map(({ label, shares }) => {
    const named = shares.map((share, at) => `${parts[at]} ${percent(share)}`);
    return `${label}: ${named.join(', ')}.`;
  });
  return `${title}: ${quantity}. ${sentences.join(' ')}`;
}

/** The numbers behind the bars. */
export function shareNumbers({
  parts,
  bars,
}: Pick<ShareBarsData, 'parts' | 'bars'>): FigureNumbers {
  return {
    columns: ['bar', ...parts],
    rows: bars.map(({ label, shares }) => [label, ...shares]),
  };
}
