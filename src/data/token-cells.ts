/** Where in a picture its image tokens look: the grids they form, and the cells of the probe they lie in. */
import { bestResolution } from '../tensor/best-resolution.ts';
import type {
  FixedProcessor,
  ImageProcessorSpec,
  ProcessedImage,
  TiledProcessor,
  ViewTokens,
} from '../tensor/image-processor.ts';
import { tileGrid } from '../tensor/tile-rows.ts';
import { tokensOf, type TokenLayout, type TokenView } from '../tensor/token-view.ts';

/** What of a model decides the places of image tokens (an engine's `info.spec` fits). */
export interface TokenSpec {
  readonly imageProcessor: ImageProcessorSpec;
  readonly viewTokens?: ViewTokens | undefined;
}

type Size = ProcessedImage['size'];

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

/** The grids of a picture's tokens. @throws a sentence where spec and picture do not fit */
export function tokenLayout(
  { size, grid }: Pick<ProcessedImage, 'size' | 'grid'>,
  { imageProcessor, viewTokens }: TokenSpec,
): TokenLayout {
  if (imageProcessor.kind === 'patched') {
    if (!grid)
      throw new Error(
        'A picture of patches should say how many rows and columns of them it has, but says nothing; process it with the model’s own image processor.',
      );
    const [rows, columns] = [grid[1], grid[2]].map((count) => count / imageProcessor.mergeSize);
    return oneView(0, rows!, columns!, WHOLE);
  }
  if (!viewTokens)
    throw new Error(
      'The model should say how many tokens a square view of a picture has, but says nothing; open it anew.',
    );
  const { side, leading } = viewTokens;
  if (imageProcessor.kind === 'fixed')
    return oneView(leading, side, side, viewedArea(size, imageProcessor));
  return tiledLayout(size, imageProcessor, side);
}

/**
 * The cell of the probe's 3×3 grid, 0 to 8 in reading order, in which the middle of what each image token
 * looks at lies; −1 for tokens that look at no place in the picture (newlines, the class token, what
 * stands around a picture that is smaller than its view).
 */
export function tokenCells(
  image: Pick<ProcessedImage, 'size' | 'grid'>,
  spec: TokenSpec,
): Int8Array {
  const { tokens, views } = tokenLayout(image, spec);
  const cells = new Int8Array(tokens).fill(-1);
  for (const view of views) {
    const { rows, columns, area } = view;
    tokensOf(view).forEach((token, place) => {
      const [row, column] = [Math.floor(place / columns), place % columns];
      const x = third(area.left + ((column + 0.5) / columns) * area.width);
      const y = third(area.top + ((row + 0.5) / rows) * area.height);
      if (x !== undefined && y !== undefined) cells[token] = 3 * y + x;
    });
  }
  return cells;
}

/** Left, middle or right third of a side, by a share of it; undefined outside of it. */
function third(share: number): number | undefined {
  return share >= 0 && share < 1 ? Math.floor(3 * share) : undefined;
}

function oneView(
  leading: number,
  rows: number,
  columns: number,
  area: TokenView['area'],
): TokenLayout {
  const view = { kind: 'base', rows, columns, first: leading, stride: columns, area } as const;
  return { tokens: leading + rows * columns, views: [view] };
}

/** What a view shows of the picture: all of it, or the middle of it (see fixed-view.ts). */
function viewedArea(
  [height, width]: Size,
  { shortestEdge, ...view }: FixedProcessor,
): TokenView['area'] {
  if (shortestEdge === undefined) return WHOLE;
  const scale = shortestEdge / Math.min(width, height);
  const across = view.width / (width * scale);
  const down = view.height / (height * scale);
  return { left: (1 - across) / 2, top: (1 - down) / 2, width: across, height: down };
}

/** The base view, then the tiles without their padding, a newline behind each row (see tiled-view.ts). */
function tiledLayout(size: Size, { tile, pinpoints }: TiledProcessor, side: number): TokenLayout {
  const resolution = bestResolution(size, pinpoints);
  const grid = tileGrid(size, resolution, tile, side);
  const [rows, columns] = [grid.rows, grid.columns].map(({ count, padding }) => count - 2 * padding) as [
    number,
    number,
  ];
  const base = side * side;
  // The picture lies in the middle of the tiles, as large as fits.
  const scale = Math.min(resolution[0] / size[0], resolution[1] / size[1]);
  const patch = tile / side / scale;
  const height = (rows * patch) / size[0];
  const width = (columns * patch) / size[1];
  return {
    tokens: base + rows * (columns + 1),
    views: [
      ...oneView(0, side, side, WHOLE).views,
      {
        kind: 'tiles',
        rows,
        columns,
        first: base,
        stride: columns + 1,
        area: { left: (1 - width) / 2, top: (1 - height) / 2, width, height },
      },
    ],
  };
}
