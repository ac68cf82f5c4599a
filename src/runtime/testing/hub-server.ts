/**
 * A hub and its storage host on two local ports: the routes, redirects, headers and refusals of the
 * Hugging Face hub, over a folder's files, with faults on demand. A real server, for tests.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const REPOSITORY = 'tiny/model';

/** A request as a server saw it. */
export interface Seen {
  readonly host: 'hub' | 'storage';
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** What goes wrong; all of it may be changed while the servers run. */
export interface Faults {
  /** The token without which every file is refused; undefined: the repository is open. */
  token?: string | undefined;
  /** Storage drops each connection after so many bytes. */
  dropAfter?: number | undefined;
  /** Storage falls silent after so many bytes, so many times. */
  silences?: { after: number; left: number } | undefined;
  /** So many requests to storage are answered 503 first. */
  busy?: number | undefined;
  /** Storage ignores ranges. */
  whole?: boolean | undefined;
  /** Addresses of storage made so far are no longer good. */
  expired?: boolean | undefined;
  /** Storage waits so many milliseconds before each 64 KiB. */
  slow?: number | undefined;
}

export interface HubServer {
  /** Origin of the hub. */
  readonly hub: string;
  /** Origin of the storage host. */
  readonly storage: string;
  readonly seen: Seen[];
  readonly faults: Faults;
  close(): Promise<void>;
}

const PIECE = 64 * 1024;

export interface HubOptions {
  /** Files of at least so many bytes are redirected to storage. */
  readonly largeBytes?: number;
  /** Of hub and storage; 0: any. */
  readonly ports?: readonly [number, number];
  readonly repository?: string;
  readonly commit?: string;
}

/** Starts both servers. */
export async function startHubServer(
  files: ReadonlyMap<string, Uint8Array>,
  { largeBytes = 1024, ports = [0, 0], repository = REPOSITORY, commit = COMMIT }: HubOptions = {},
): Promise<HubServer> {
  const seen: Seen[] = [];
  const faults: Faults = {};
  let signature = 0;
  const hub = createServer((request, response) => {
    note('hub', request);
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Allow-Headers', 'Authorization, Range');
    response.setHeader(
      'Access-Control-Expose-Headers',
      'X-Repo-Commit,X-Error-Code,X-Error-Message,Link,Content-Range',
    );
    if (request.method === 'OPTIONS') return void response.end();
    answerHub(request, response);
  });
  const storage = createServer((request, response) => {
    note('storage', request);
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', '*');
    // As the real one: a preflight, which any header but a range causes, is not answered well.
    if (request.method === 'OPTIONS') return void response.writeHead(403).end();
    void answerStorage(request, response);
  });
  await Promise.all([listen(hub, ports[0]), listen(storage, ports[1])]);
  const originOf = (server: Server) => `http://localhost:${(server.address() as AddressInfo).port}`;

  function note(host: Seen['host'], request: IncomingMessage): void {
    const { range, authorization } = request.headers;
    if (request.method !== 'OPTIONS')
      seen.push({ host, path: request.url ?? '', range, authorization });
  }

  function answerHub(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://hub');
    if (!pathname.includes(repository)) return refuse(response, 401, 'RepoNotFound');
    if (/^\/api\/models\/.+\/tree\/\w+$/.test(pathname))
      return answerTree(response, Number(searchParams.get('page') ?? 0));
    if (faults.token && request.headers.authorization !== `Bearer ${faults.token}`)
      return refuse(response, request.headers.authorization ? 403 : 401, 'GatedRepo');
    const match = /\/resolve\/(\w+)\/(.+)$/.exec(pathname);
    const bytes = files.get(match?.[2] ?? '');
    if (match?.[1] !== commit) return refuse(response, 404, 'RevisionNotFound');
    if (!bytes) return refuse(response, 404, 'EntryNotFound');
    if (bytes.byteLength < largeBytes) return void sendRange(request, response, bytes);
    faults.expired = false;
    const location = `${originOf(storage)}/${match[2]}?signature=${++signature}`;
    response.writeHead(302, { Location: location }).end();
  }

  /** Two pages, so that following them is tested. */
  function answerTree(response: ServerResponse, page: number): void {
    const rows = [...files].map(([path, bytes]) => ({
      type: 'file',
      path,
      size: bytes.byteLength,
      oid: 'of git',
      ...(bytes.byteLength >= largeBytes && {
        lfs: { oid: sha256(bytes), size: bytes.byteLength, pointerSize: 130 },
      }),
    }));
    const half = Math.ceil(rows.length / 2);
    if (page === 0) response.setHeader('Link', `<?page=1>; rel="next"`);
    response.setHeader('X-Repo-Commit', commit);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(page === 0 ? rows.slice(0, half) : rows.slice(half)));
  }

  async function answerStorage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '', 'http://storage');
    const bytes = files.get(decodeURIComponent(pathname.slice(1)));
    if (!bytes) return refuse(response, 404, '');
    if (faults.expired) return refuse(response, 403, '');
    if (faults.busy) {
      faults.busy -= 1;
      return void response.writeHead(503).end();
    }
    await sendRange(request, response, bytes, faults);
  }

  return {
    get hub() {
      return originOf(hub);
    },
    get storage() {
      return originOf(storage);
    },
    seen,
    faults,
    close: async () => {
      await Promise.all([hub, storage].map(closed));
    },
  };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'X-Error-Code': code }).end();
}

async function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  faults: Faults = {},
): Promise<void> {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const ranged = match !== null && !faults.whole;
  const from = ranged ? Number(match[1]) : 0;
  const to = ranged && match[2] ? Number(match[2]) + 1 : bytes.byteLength;
  if (ranged) response.setHeader('Content-Range', `bytes ${from}-${to - 1}/${bytes.byteLength}`);
  response.writeHead(ranged ? 206 : 200, { 'Content-Length': to - from });
  for (let at = from; at < to && !response.destroyed;) {
    const sent = at - from;
    const { dropAfter, silences, slow } = faults;
    if (dropAfter !== undefined && sent >= dropAfter) return void response.destroy();
    if (silences && silences.left > 0 && sent >= silences.after) return void (silences.left -= 1);
    const limit = Math.min(dropAfter ?? Infinity, silences?.left ? silences.after : Infinity);
    if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, slow));
    const end = Math.min(at + PIECE, to, sent < limit ? from + limit : Infinity);
    await new Promise((resolve) => response.write(bytes.subarray(at, end), resolve));
    at = end;
  }
  response.end();
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve) => server.listen(port, 'localhost', resolve));
}

function closed(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
