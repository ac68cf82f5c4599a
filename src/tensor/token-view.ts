/** How image tokens lie over a picture, as plain data. */

/** Image tokens in rows and columns over a picture. */
export interface TokenView {
  /** `base`: the whole picture in one view; `tiles`: the finer tiles of an anyres picture, as one grid. */
  readonly kind: 'base' | 'tiles';
  readonly rows: number;
  readonly columns: number;
  /** Token of the first place, counted among the image's tokens, and tokens from a row to the next. */
  readonly first: number;
  readonly stride: number;
  /** What the grid covers, as shares of the picture's width and height; may reach beyond it. */
  readonly area: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
}

/** How a picture's tokens lie. */
export interface TokenLayout {
  /** Image tokens in all, newlines and leading tokens included. */
  readonly tokens: number;
  /** The base view first. */
  readonly views: readonly TokenView[];
}

/** The tokens of a view row by row. */
export function tokensOf({ rows, columns, first, stride }: TokenView): number[] {
  return Array.from(
    { length: rows * columns },
    (_, place) => first + Math.floor(place / columns) * stride + (place % columns),
  );
}
