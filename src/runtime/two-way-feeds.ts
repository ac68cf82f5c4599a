import type { Tensor } from 'onnxruntime-web';
import type { Backend } from './backend.ts';
import type { Batch } from './batch.ts';

/** What stands in a column of a row of the cache. */
interface Column {
  /** Index in the row; −1 for padding. */
  readonly order: number;
  /** 0 for text and padding, k for the row's k-th run of image tokens. */
  readonly image: number;
}

/**
 * Which token stands in which column of a cache that grows by whole columns, as two-way attention needs
 * it (`declaredColumns`): rows of unequal length leave padding between their tokens.
 */
export class TwoWayColumns {
  private readonly rows: readonly (readonly Column[])[];

  private constructor(rows: readonly (readonly Column[])[]) {
    this.rows = rows;
  }

  /** Of a cache without tokens. */
  static none(rows: number): TwoWayColumns {
    return new TwoWayColumns(Array.from({ length: rows }, () => []));
  }

  /** With the columns of a batch behind these; `lengths`: tokens of each row before it. */
  with(batch: Batch, lengths: readonly number[]): TwoWayColumns {
    return new TwoWayColumns(
      this.rows.map((columns, row) => [...columns, ...columnsOf(batch, row, lengths[row]!)]),
    );
  }

  /** Of some of the rows, in the order given. */
  select(kept: readonly number[]): TwoWayColumns {
    return new TwoWayColumns(kept.map((row) => this.rows[row]!));
  }

  /** The decoder's inputs where the last `queries` columns are those of the run's own tokens. */
  feeds({ ort }: Backend, queries: number): Record<string, Tensor> {
    const tensor = (count: number, value: (column: Column) => number) => {
      const columns = this.rows.flatMap((row) => row.slice(row.length - count));
      return new ort.Tensor('float32', Float32Array.from(columns, value), [
        this.rows.length,
        count,
      ]);
    };
    const total = this.rows[0]!.length;
    return {
      query_order: tensor(queries, ({ order }) => order),
      key_order: tensor(total, ({ order }) => order),
      query_image: tensor(queries, ({ image }) => image),
      key_image: tensor(total, ({ image }) => image),
    };
  }
}

/**
 * u32 `[length]` of a batch's row: 0 for text and padding, k for the row's k-th run of image tokens, whose
 * tokens see each other. Images whose tokens touch are one run, as transformers finds runs by the tokens'
 * types alone.
 */
export function imageRuns(batch: Batch, row: number): Uint32Array {
  const images = new Uint32Array(batch.length);
  let run = 0;
  let end = -1;
  for (const { start, length } of batch.spans[row]!) {
    if (start !== end) run++;
    end = start + length;
    images.fill(run, start, end);
  }
  return images;
}

function columnsOf(batch: Batch, row: number, before: number): Column[] {
  return Array.from(imageRuns(batch, row), (image, n) => ({
    order: n < batch.lengths[row]! ? before + n : -1,
    image,
  }));
}
