import type { FileSource } from '../models/checkpoint.ts';

/** Bytes that arrived of a file; `totalBytes` where the server tells them. */
export interface DownloadProgress {
  readonly file: string;
  readonly bytes: number;
  readonly totalBytes: number | undefined;
}

export interface UrlSourceOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** A file that the server does not have, with what it answered (200: its page, for an application). */
export interface AbsentFile {
  readonly path: string;
  readonly url: string;
  readonly status: number;
}

/**
 * A model folder behind a URL, for the tab. Each file is downloaded once, whole, and kept for as long
 * as the source is: the weights are read both for their hash and for their tensors.
 */
export class UrlSource implements FileSource {
  private readonly folder: URL;
  private readonly options: UrlSourceOptions;
  private readonly files = new Map<string, Promise<Uint8Array | undefined>>();
  private readonly absent: AbsentFile[] = [];

  /** `folder`: absolute URL, with or without a slash at its end. */
  constructor(folder: string, options: UrlSourceOptions = {}) {
    this.folder = new URL(folder.endsWith('/') ? folder : `${folder}/`);
    this.options = options;
  }

  async size(path: string): Promise<number | undefined> {
    return (await this.file(path))?.length;
  }

  async read(path: string, start = 0, end?: number): Promise<Uint8Array> {
    const bytes = await this.file(path);
    if (!bytes)
      throw new Error(`${this.folder.href} has no file ${path}; check the address of the model.`);
    return bytes.subarray(start, end);
  }

  /** Files that were asked for and are not there; not every one of them is needed. */
  missing(): readonly AbsentFile[] {
    return this.absent;
  }

  private file(path: string): Promise<Uint8Array | undefined> {
    let file = this.files.get(path);
    if (!file) this.files.set(path, (file = this.download(path)));
    return file;
  }

  private async download(path: string): Promise<Uint8Array | undefined> {
    const url = new URL(path, this.folder);
    const { signal, onProgress } = this.options;
    let response: Response;
    try {
      response = await fetch(url, { signal: signal ?? null });
    } catch (error) {
      if (signal?.aborted) throw new Error(`Loading was cancelled at ${path}.`, { cause: error });
      throw new Error(`${url.href} could not be reached; is the network there?`, { cause: error });
    }
    if (response.status === 404 || isPage(response)) {
      this.absent.push({ path, url: url.href, status: response.status });
      return undefined;
    }
    if (!response.ok)
      throw new Error(`${url.href} was refused with status ${response.status}; try again later.`);
    // A compressed body has another length than the file.
    const encoded = response.headers.has('content-encoding');
    const length = Number(response.headers.get('content-length') ?? NaN);
    const totalBytes = encoded || Number.isNaN(length) ? undefined : length;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    try {
      for await (const chunk of chunksOf(response)) {
        chunks.push(chunk);
        bytes += chunk.length;
        onProgress?.({ file: path, bytes, totalBytes });
      }
    } catch (error) {
      if (signal?.aborted) throw new Error(`Loading was cancelled at ${path}.`, { cause: error });
      throw new Error(`The download of ${path} broke off after ${bytes} bytes; try again.`, {
        cause: error,
      });
    }
    if (totalBytes !== undefined && bytes !== totalBytes)
      throw new Error(`${path} came with ${bytes} of ${totalBytes} bytes; load it again.`);
    return joined(chunks, bytes);
  }
}

/** Servers of single-page applications answer for missing files with their page. */
function isPage(response: Response): boolean {
  return (response.headers.get('content-type') ?? '').startsWith('text/html');
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
