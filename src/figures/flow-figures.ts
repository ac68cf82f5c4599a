/** The figures of information flow, the same for page and command line: plain data for each kind of drawing. */
import { tokensOf, type TokenView } from '../tensor/token-view.ts';
import { attentionDifferenceScale, attentionScale, type NumberedScale } from './attention-scale.ts';
import { describeSource } from './bias-maps.ts';
import type { ImageMapData, MapPicture, TileMap } from './image-map.ts';
import type { ImageMapRowsData } from './image-map-rows.ts';
import type { ProfileData } from './profile.ts';
import type { ShareBarsData } from './share-bars.ts';
import type { StripData } from './strip.ts';
import {
  evenTileMap,
  type TokenFigureData,
  type TokenGrid,
  type TokenMapData,
} from './token-map.ts';

/** One scheme's numbers, a value for each image token; shares of attention from 0 to 1. */
export interface FlowScheme {
  readonly label: string;
  readonly samples: number;
  /** Mean over everything, and the same from its least (0) to its most (1). */
  readonly overall: readonly number[];
  readonly normalised: readonly number[];
  readonly layers: readonly (readonly number[])[];
  readonly heads?:
    { readonly layer: number; readonly maps: readonly (readonly number[])[] } | undefined;
  /** Of the mean over everything. */
  readonly shares: { readonly image: number; readonly before: number; readonly after: number };
}

export interface FlowFigureData {
  readonly views: readonly TokenView[];
  /** In the order of the run. */
  readonly schemes: readonly FlowScheme[];
  /** The second scheme's overall map less the first's, where there are two. */
  readonly difference?: readonly number[] | undefined;
  readonly source: {
    readonly model?: string | undefined;
    readonly dataset?: string | undefined;
    readonly groups?: number | undefined;
    readonly seed?: number | undefined;
  };
}

const QUANTITY = 'attention of a text token to an image token, %';
const VIEW_NAMES = { base: 'base view', tiles: 'tiles' } as const;

/** A map for each scheme on one scale, and the difference of the first two; a row for each view. */
export function flowMaps(data: FlowFigureData): TokenFigureData {
  const { views, schemes, difference } = data;
  const numbered = attentionScale(schemes.map(({ overall }) => percent(overall)));
  return {
    title: figureTitle(data, 'attention to image tokens'),
    maps: views.map((view) => [
      ...schemes.map(({ label, overall, samples }) => ({
        ...drawn(view, percent(overall), numbered),
        title: `${label} positions`,
        name: named(label, view, views),
        lines: [sourceLine(data.source), detail(view, views, samples)],
        quantity: QUANTITY,
      })),
      ...(difference ? [differenceMap(data, view, percent(difference))] : []),
    ]),
  };
}

/** The second scheme's map less the first's, on a diverging scale. */
function differenceMap(
  { views, schemes, source }: FlowFigureData,
  view: TokenView,
  difference: readonly number[],
): TokenMapData {
  const [first, second] = schemes as [FlowScheme, FlowScheme];
  const label = `${second.label} − ${first.label}`;
  return {
    ...drawn(view, difference, attentionDifferenceScale(difference)),
    title: label,
    name: named(label, view, views),
    lines: [sourceLine(source), detail(view, views, second.samples)],
    quantity: 'difference in attention to an image token, percentage points',
    signed: true,
  };
}

/** The maps as the reference draws them, each from its own least to its own most. */
export function normalisedMaps(data: FlowFigureData): TokenFigureData {
  const { views, schemes, source } = data;
  const unit = { scale: { palette: 'viridis', domain: [0, 1] }, digits: 2 } as const;
  return {
    title: figureTitle(data, 'attention to image tokens, normalised'),
    maps: views.map((view) =>
      schemes.map(({ label, normalised, samples }) => ({
        ...drawn(view, normalised, unit),
        title: `${label} positions, normalised`,
        name: named(label, view, views),
        lines: [sourceLine(source), detail(view, views, samples)],
        quantity: 'attention from least (0) to most (1) of each map',
      })),
    ),
  };
}

/** The maps of `flowMaps` or `normalisedMaps`, each where its view lies in the picture. */
export function overPicture(
  { title, maps }: TokenFigureData,
  views: readonly TokenView[],
  { picture, target }: Pick<ImageMapData, 'target'> & { readonly picture?: MapPicture | undefined },
): ImageMapRowsData {
  return {
    title,
    rows: maps.map((row, at) =>
      row.map(({ title, name, lines = [], grid, scale, digits, signed = false, quantity }) => ({
        title,
        name: name ?? title,
        subtitle: lines[0],
        detail: lines[1],
        picture,
        map: tilesOf(views[at]!, grid),
        scale,
        digits,
        signed,
        quantity,
        target,
      })),
    ),
  };
}

/** Tokens as tiles of the picture; a view may reach beyond it. */
function tilesOf({ area }: TokenView, grid: TokenGrid): TileMap {
  const { across, down, values } = evenTileMap(grid);
  return {
    across: across.map((share) => area.left + share * area.width),
    down: down.map((share) => area.top + share * area.height),
    values,
  };
}

/** One scheme's layers over the base view; all schemes' strips have one scale. */
export function layerStrip(data: FlowFigureData, scheme: FlowScheme): StripData {
  const all = data.schemes.flatMap(({ layers }) => layers.map(percent));
  const maps = scheme.layers.map((map, layer) => ({ label: `layer ${layer}`, map }));
  return stripOf(data, `${scheme.label} positions by layer`, maps, attentionScale(all));
}

/** One scheme's heads of the layer that was asked for, over the base view; one scale for all schemes. */
export function headStrip(data: FlowFigureData, scheme: FlowScheme): StripData | undefined {
  if (!scheme.heads) return undefined;
  const all = data.schemes.flatMap(({ heads }) => heads?.maps.map(percent) ?? []);
  const maps = scheme.heads.maps.map((map, head) => ({ label: `head ${head}`, map }));
  const title = `${scheme.label} positions, heads of layer ${scheme.heads.layer}`;
  return stripOf(data, title, maps, attentionScale(all));
}

function stripOf(
  { views, source }: FlowFigureData,
  title: string,
  maps: readonly { readonly label: string; readonly map: readonly number[] }[],
  { scale, digits }: NumberedScale,
): StripData {
  const [base] = views as [TokenView];
  return {
    title,
    lines: [sourceLine(source), views.length > 1 ? VIEW_NAMES.base : undefined],
    maps: maps.map(({ label, map }) => ({ label, grid: gridOf(base, percent(map)) })),
    scale,
    digits,
    quantity: QUANTITY,
  };
}

/** Attention against the image token's index: what the positions' distance does to it. */
export function distanceProfile(data: FlowFigureData): ProfileData {
  const { views, schemes, source } = data;
  return {
    title: 'Attention by distance',
    lines: [sourceLine(source)],
    series: schemes.map(({ label, overall }) => ({ label, values: percent(overall) })),
    along: 'index of the image token, the last is next to the text',
    quantity: QUANTITY,
    marks:
      views.length > 1
        ? views.map(({ kind, first }) => ({ at: first, label: VIEW_NAMES[kind] }))
        : [],
  };
}

/** How the attention of the text is shared out under each scheme. */
export function flowShares({ schemes, source }: FlowFigureData): ShareBarsData {
  return {
    title: 'What the text attends to',
    lines: [sourceLine(source)],
    parts: ['image', 'text before it', 'text behind it'],
    bars: schemes.map(({ label, shares: { image, before, after } }) => ({
      label,
      shares: [image, before, after],
    })),
    quantity: 'attention of the text behind the image',
  };
}

function drawn(view: TokenView, values: readonly number[], { scale, digits }: NumberedScale) {
  return { grid: gridOf(view, values), scale, digits };
}

function gridOf(view: TokenView, values: readonly number[]): TokenGrid {
  const { rows, columns } = view;
  return { rows, columns, values: tokensOf(view).map((token) => values[token]!) };
}

function percent(values: readonly number[]): number[] {
  return values.map((value) => value * 100);
}

function sourceLine(source: FlowFigureData['source']): string {
  return describeSource({ quantity: QUANTITY, ...source });
}

function figureTitle({ source, schemes }: FlowFigureData, what: string): string {
  const where = source.model === undefined ? '' : `${source.model}: `;
  return `${where}${what}, ${schemes.map(({ label }) => label).join(', ')}`;
}

/** Views are named only where there is more than one. */
function named(label: string, { kind }: TokenView, views: readonly TokenView[]): string {
  return views.length > 1 ? `${label}, ${VIEW_NAMES[kind]}` : label;
}

function detail({ kind }: TokenView, views: readonly TokenView[], samples: number): string {
  const pictures = `mean of ${samples} ${samples === 1 ? 'picture' : 'pictures'}`;
  return views.length > 1 ? `${VIEW_NAMES[kind]}, ${pictures}` : pictures;
}
