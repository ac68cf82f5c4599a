import { useEffect, useRef } from 'react';
import type { RgbImage } from '../../tensor/image.ts';
import { useLibrary } from '../store/context.tsx';

/** Draws opaque pixels on a canvas of their own size; CSS scales it. */
export function drawImage(canvas: HTMLCanvasElement, image: RgbImage): void {
  canvas.width = image.width;
  canvas.height = image.height;
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(image.width, image.height);
  for (let pixel = 0; pixel < image.width * image.height; pixel++) {
    pixels.data.set(image.data.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
    pixels.data[pixel * 4 + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}

interface GridCanvasProps {
  ids: readonly (string | null)[];
  label: string;
  /** Side of a cell in pixels; the data set's where absent. */
  cell?: number | undefined;
}

/** Nine pictures as the model gets them, composed by the same code that runs use. */
export function GridCanvas({ ids, label, cell }: GridCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const library = useLibrary();
  const key = JSON.stringify(ids);
  useEffect(() => {
    let current = true;
    library.grid(JSON.parse(key) as (string | null)[], cell).then(
      (image) => {
        if (current && canvas.current) drawImage(canvas.current, image);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [library, key, cell]);
  return <canvas ref={canvas} className="picture" role="img" aria-label={label} />;
}

/** One picture of the library. */
export function PictureCanvas({ id, label }: { id: string; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const library = useLibrary();
  useEffect(() => {
    let current = true;
    library.picture(id).then(
      (image) => {
        if (current && canvas.current) drawImage(canvas.current, image);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [library, id]);
  return <canvas ref={canvas} className="picture" role="img" aria-label={label} />;
}
