/** A model repository on the Hugging Face hub, or on a server that speaks its two routes. */
import type { FileSource } from '../models/checkpoint.ts';
import { refusal } from './hub-refusal.ts';
import {
  RefusedError,
  resumedDownload,
  tried,
  type ResumedDownloadOptions,
} from './resumed-download.ts';
import type { DownloadProgress } from './url-source.ts';

export const HUGGING_FACE = 'https://huggingface.co';

export interface HubSourceOptions extends ResumedDownloadOptions {
  /** `owner/name`. */
  readonly repository: string;
  /** A commit, so that the files stay the same; a branch is pinned to its commit where the hub tells it. */
  readonly revision: string;
  /** The person's own access token. It stays in memory and goes to the hub alone. */
  readonly token?: string | undefined;
  /** What a person without a token is told to do with one; to enter it where left out. */
  readonly giveToken?: string | undefined;
  /** Origin of the hub. */
  readonly hub?: string | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/** A file of the repository's root. */
interface Listed {
  readonly size: number;
  /** SHA-256, which the hub keeps of files in its large-file storage. */
  readonly sha256: string | undefined;
}

interface Listing {
  readonly commit: string;
  readonly files: ReadonlyMap<string, Listed>;
}

/** Whole files up to this size (configs, tokenizers) are kept, because they are read more than once. */
const KEPT_BYTES = 64 * 2 ** 20;

/**
 * Reads files of a repository by HTTP ranges. One request lists the files with their sizes; the hub
 * then redirects large files to a storage host with a signed address, which is kept: further ranges
 * go straight there, without the token.
 *
 * The token is a header of requests to the hub's own origin only. Where the hub redirects such a
 * request, `fetch` takes the header off before it goes on to another origin (Fetch standard, HTTP-
 * redirect fetch; Node and Chromium were seen to do so, see hub-source.test.ts and hub.spec.ts).
 */
export class HubSource implements FileSource {
  private readonly options: HubSourceOptions;
  private readonly hub: string;
  private listing: Promise<Listing> | undefined;
  private readonly kept = new Map<string, Promise<Uint8Array>>();
  /** Where the storage host has a file. */
  private readonly storage = new Map<string, string>();
  private readonly arrived = new Map<string, number>();

  /** Throws a sentence where the repository's name or the hub's address is none. */
  constructor(options: HubSourceOptions) {
    if (!/^[\w.-]+\/[\w.-]+$/.test(options.repository))
      throw new Error(
        `"${options.repository}" is no repository: its name should be like Qwen/Qwen2.5-VL-3B-Instruct.`,
      );
    const hub = options.hub ?? HUGGING_FACE;
    if (!URL.canParse(hub) || !/^https?:$/.test(new URL(hub).protocol))
      throw new Error(`"${hub}" is no address of a hub; it should be like ${HUGGING_FACE}.`);
    this.options = options;
    this.hub = new URL(hub).origin;
  }

  async size(path: string): Promise<number | undefined> {
    return (await this.listed(path))?.size;
  }

  async sha256(path: string): Promise<string | undefined> {
    return (await this.listed(path))?.sha256;
  }

  /** The commit that all files are read from. */
  async commit(): Promise<string> {
    return (await this.list()).commit;
  }

  async read(path: string, start = 0, end?: number): Promise<Uint8Array> {
    const size = await this.requiredSize(path);
    const last = Math.min(end ?? size, size);
    if (start > 0 || last < size || size > KEPT_BYTES) return this.collect(path, start, last);
    let whole = this.kept.get(path);
    if (!whole) {
      whole = this.collect(path, 0, size);
      this.kept.set(path, whole);
      whole.catch(() => this.kept.delete(path));
    }
    return whole;
  }

  async *stream(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    const size = await this.requiredSize(path);
    const last = Math.min(end, size);
    const open = (from: number, signal: AbortSignal) =>
      this.openRange(path, from, last, size, signal);
    for await (const piece of resumedDownload(path, start, last, open, this.options)) {
      const bytes = (this.arrived.get(path) ?? 0) + piece.byteLength;
      this.arrived.set(path, bytes);
      this.options.onProgress?.({ file: path, bytes, totalBytes: size });
      yield piece;
    }
  }

  private async collect(path: string, start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, end - start));
    let at = 0;
    for await (const piece of this.stream(path, start, end)) {
      bytes.set(piece, at);
      at += piece.byteLength;
    }
    return bytes;
  }

  private async requiredSize(path: string): Promise<number> {
    const size = await this.size(path);
    if (size !== undefined) return size;
    const { repository, revision } = this.options;
    throw new Error(`${repository} has no file ${path} at revision ${revision}.`);
  }

  private async listed(path: string): Promise<Listed | undefined> {
    return (await this.list()).files.get(path);
  }

  private list(): Promise<Listing> {
    if (!this.listing) {
      this.listing = this.readListing();
      this.listing.catch(() => (this.listing = undefined));
    }
    return this.listing;
  }

  private async readListing(): Promise<Listing> {
    const { repository, revision } = this.options;
    const files = new Map<string, Listed>();
    let commit = revision;
    let page: string | undefined =
      `${this.hub}/api/models/${repository}/tree/${encodeURIComponent(revision)}`;
    while (page !== undefined) {
      const { rows, next, named } = await this.readPage(page);
      rows.forEach(([path, file]) => files.set(path, file));
      commit = named ?? commit;
      page = next;
    }
    return { commit, files };
  }

  private readPage(page: string) {
    const what = 'the list of files';
    const read = async (signal: AbortSignal) => {
      const response = await this.request(page, what, {}, signal);
      const { headers } = response;
      const rows = parseRows(await response.json(), page);
      return { rows, next: nextPage(headers, page), named: commitOf(headers) };
    };
    return tried(what, read, this.options);
  }

  /** The response whose body is the file from `from` up to `end`. */
  private async openRange(
    path: string,
    from: number,
    end: number,
    size: number,
    signal: AbortSignal,
  ): Promise<Response> {
    const range = { Range: `bytes=${from}-${end - 1}` };
    const response =
      (await this.openStored(path, range, signal)) ??
      (await this.request(await this.address(path), path, range, signal));
    if (response.redirected && new URL(response.url).origin !== this.hub)
      this.storage.set(path, response.url);
    checkRange(response, path, from, size);
    return response;
  }

  /** From the storage host, where its address is known and has not expired. */
  private async openStored(
    path: string,
    range: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Response | undefined> {
    const stored = this.storage.get(path);
    if (stored === undefined) return undefined;
    this.storage.delete(path);
    const response = await reach(stored, { headers: range, signal });
    if (!response.ok) return undefined;
    this.storage.set(path, stored);
    return response;
  }

  private async address(path: string): Promise<string> {
    const { repository } = this.options;
    const commit = encodeURIComponent(await this.commit());
    return `${this.hub}/${repository}/resolve/${commit}/${encodeURIComponent(path)}`;
  }

  /** A request to the hub itself. Throws what its refusal means. */
  private async request(
    url: string,
    what: string,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Response> {
    const { token, repository, revision, giveToken = 'enter it here' } = this.options;
    const secret: Record<string, string> =
      token && new URL(url).origin === this.hub ? { Authorization: `Bearer ${token}` } : {};
    const response = await reach(url, { headers: { ...headers, ...secret }, signal });
    if (response.ok) return response;
    const asked = { repository, revision, hub: this.hub, what, giveToken, withToken: !!token };
    throw refusal(response, asked);
  }
}

/** `fetch` without cookies, referrer or the browser's cache, which tens of gigabytes would flush. */
async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
    });
  } catch (error) {
    // Browsers tell an unreachable server and a forbidden one apart in their console alone.
    throw new Error(`${new URL(url).host} could not be reached, or does not let pages read it`, {
      cause: error,
    });
  }
}

function checkRange(response: Response, path: string, from: number, size: number): void {
  const { host } = new URL(response.url);
  if (response.status !== 206 && from > 0)
    throw new RefusedError(
      `${host} gave the whole of ${path} where a part was asked for (status ${response.status}); a server that serves ranges is needed. Download the model's folder instead, and open it from disk.`,
    );
  // Absent where the server does not let pages see it.
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get('content-range') ?? '');
  if (range && (Number(range[1]) !== from || Number(range[2]) !== size))
    throw new RefusedError(
      `${host} gave ${path} as ${range[0]}, but bytes from ${from} of ${size} were asked for: the file changed meanwhile. Load the model again.`,
    );
}

/** The hub's rows for files; folders are left out. */
function parseRows(json: unknown, page: string): [string, Listed][] {
  if (!Array.isArray(json))
    throw new RefusedError(
      `${page} should be a list of files, but it is not; check the hub's address.`,
    );
  return json
    .filter((row) => row?.type === 'file')
    .map(({ path, size, lfs }) => {
      const bytes = lfs?.size ?? size;
      if (typeof path !== 'string' || !Number.isSafeInteger(bytes))
        throw new RefusedError(
          `${page} lists a file without a name or a size; check the hub's address.`,
        );
      const hash = /^(?:sha256:)?([0-9a-f]{64})$/.exec(String(lfs?.oid));
      return [path, { size: bytes, sha256: hash?.[1] }];
    });
}

function nextPage(headers: Headers, page: string): string | undefined {
  const next = /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
  return next && new URL(next, page).href;
}

function commitOf(headers: Headers): string | undefined {
  const commit = headers.get('x-repo-commit') ?? '';
  return /^[0-9a-f]{40}$/.test(commit) ? commit : undefined;
}
