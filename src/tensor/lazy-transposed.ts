/** The transpose of a matrix that streams by, in bounded memory. */
import { byteCount, evenChunks, type LazyTensor } from './lazy.ts';
import { BYTES_PER_ELEMENT } from './tensor.ts';

const MIB = 2 ** 20;

/**
 * The transpose of `source` `[rows, columns]`. As many columns as `stripBytes` hold are gathered at a
 * time, so that a larger matrix is read more than once. `name` is for errors.
 */
export function lazyTransposed<T extends 'float32' | 'float16'>(
  source: LazyTensor<T>,
  name: string,
  stripBytes = 128 * MIB,
): LazyTensor<T> {
  const [rows = 0, columns = 0] = source.shape;
  const size = BYTES_PER_ELEMENT[source.dtype];
  const perStrip = Math.max(1, Math.min(columns, Math.floor(stripBytes / (rows * size))));
  const groupRows = Math.max(1, Math.floor((4 * MIB) / (columns * size)));
  const view = (buffer: ArrayBuffer, length?: number) =>
    source.dtype === 'float32'
      ? new Float32Array(buffer, 0, length)
      : new Uint16Array(buffer, 0, length);

  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (byteCount(source) === 0) return;
    const strip = view(new ArrayBuffer(perStrip * rows * size));
    for (let first = 0; first < columns; first += perStrip) {
      const end = Math.min(columns, first + perStrip);
      let row = 0;
      for await (const bytes of evenChunks(source, name, groupRows * columns * size)) {
        const values = view(bytes.buffer, bytes.byteLength / size);
        const count = values.length / columns;
        for (let r = 0; r < count; r++) {
          for (let column = first; column < end; column++) {
            strip[(column - first) * rows + row + r] = values[r * columns + column] as number;
          }
        }
        row += count;
      }
      yield new Uint8Array(strip.buffer, 0, (end - first) * rows * size);
    }
  }

  return { dtype: source.dtype, shape: [columns, rows], chunks };
}
