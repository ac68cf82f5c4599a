/**
 * A Blob that is read by `arrayBuffer()` in pieces, for onnxruntime.
 *
 * Its JSPI build reads weights by `stream()` with a BYOB reader, and in Chromium such a read now and then
 * never ends: of 348 slices of 18 MB of files in the browser's storage two hung (Chromium 156, with
 * buffers of 1 MiB, on a busy machine), of 912 read by `arrayBuffer()` and 912 by a default reader none.
 * This stream is no byte stream, so that onnxruntime falls back to a default reader.
 */

/** Bytes that are held at once. */
const PIECE = 2 ** 23;

export class PiecewiseBlob extends Blob {
  private readonly source: Blob;

  /** @param source is read when it is asked for, and stays the caller's */
  constructor(source: Blob) {
    super();
    this.source = source;
  }

  override get size(): number {
    return this.source.size;
  }

  override slice(start?: number, end?: number, type?: string): PiecewiseBlob {
    return new PiecewiseBlob(this.source.slice(start, end, type));
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return this.source.arrayBuffer();
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { source } = this;
    let at = 0;
    return new ReadableStream({
      async pull(controller) {
        if (at < source.size) {
          const piece = source.slice(at, at + PIECE);
          at += piece.size;
          controller.enqueue(new Uint8Array(await piece.arrayBuffer()));
        }
        if (at >= source.size) controller.close();
      },
    });
  }
}
