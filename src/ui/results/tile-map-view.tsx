import { useEffect, useRef } from 'react';
import { colorOf, type ColorScale } from '../../figures/color-scale.ts';
import { describeTiles, OVERLAY_ALPHA, type TileMap } from '../../figures/image-map.ts';
import { GridCanvas } from '../pictures/picture-canvas.tsx';

/** Nine pictures that lie under a map. */
export interface UnderPicture {
  readonly ids: readonly (string | null)[];
  /** Side of a cell in pixels; the data set's where absent. */
  readonly cell?: number | undefined;
}

interface TileMapViewProps {
  map: TileMap;
  scale: ColorScale;
  /** What the map is of; where it is largest is added. */
  label: string;
  picture?: UnderPicture | undefined;
  /** Cell that is outlined, 0 to 8. */
  target?: number | undefined;
}

/** Pixels of a side, where tiles are not even. */
const SIDE = 420;

/** A map of tiles on the page, in the exported figure's colours, over its picture where there is one. */
export function TileMapView({ map, scale, label, picture, target }: TileMapViewProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) drawTiles(canvas.current, map, scale);
  }, [map, scale]);
  return (
    <div
      className="tile-map"
      role="img"
      aria-label={`${label}. ${describeTiles(map)}`}
      data-over={picture !== undefined || undefined}
    >
      {picture && (
        <div aria-hidden="true">
          <GridCanvas ids={picture.ids} cell={picture.cell} label="" />
        </div>
      )}
      <canvas
        ref={canvas}
        className="tiles"
        style={picture ? { opacity: OVERLAY_ALPHA } : undefined}
      />
      {target !== undefined && (
        <span
          className="tile-target"
          style={{
            left: `${((target % 3) / 3) * 100}%`,
            top: `${(Math.floor(target / 3) / 3) * 100}%`,
          }}
        />
      )}
    </div>
  );
}

/** A pixel for each tile where they are even, which CSS scales; else as near as pixels allow. */
function drawTiles(canvas: HTMLCanvasElement, map: TileMap, scale: ColorScale): void {
  const { across, down, values } = map;
  const even = isEven(across) && isEven(down);
  const [width, height] = even ? [across.length - 1, down.length - 1] : [SIDE, SIDE];
  const place = (share: number, length: number) =>
    Math.round(Math.min(1, Math.max(0, share)) * length);
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d')!;
  values.forEach((line, row) =>
    line.forEach((value, column) => {
      const [left, top] = [place(across[column]!, width), place(down[row]!, height)];
      context.fillStyle = colorOf(scale, value);
      context.fillRect(
        left,
        top,
        place(across[column + 1]!, width) - left,
        place(down[row + 1]!, height) - top,
      );
    }),
  );
}

function isEven(borders: readonly number[]): boolean {
  const count = borders.length - 1;
  return borders.every((border, at) => Math.abs(border - at / count) < 1e-6);
}
