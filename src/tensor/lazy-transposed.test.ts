import { expect, test } from 'vitest';
import { lazyTensor, readLazyTensor } from './lazy.ts';
import { lazyTransposed } from './lazy-transposed.ts';

const ROWS = 37;
const COLUMNS = 23;

test.each([1, 500, 37 * 4 * 5, 2 ** 20])(
  'a transpose in strips of %i bytes holds every value in its place',
  async (stripBytes) => {
    const data = Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => i);
    const source = lazyTensor({ dtype: 'float32', shape: [ROWS, COLUMNS], data });
    const result = await readLazyTensor(lazyTransposed(source, 'w', stripBytes), 'w');
    expect(result.shape).toEqual([COLUMNS, ROWS]);
    const expected = Array.from(
      { length: data.length },
      (_, at) => (at % ROWS) * COLUMNS + Math.floor(at / ROWS),
    );
    expect([...result.data]).toEqual(expected);
  },
);

test('halves are moved as they are', async () => {
  const data = Uint16Array.of(1, 2, 3, 4, 5, 6);
  const source = lazyTensor({ dtype: 'float16', shape: [2, 3], data });
  const result = await readLazyTensor(lazyTransposed(source, 'w'), 'w');
  expect([...result.data]).toEqual([1, 4, 2, 5, 3, 6]);
});
