import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { decode } from 'fast-png';
import { SkippedCheck } from './counts.ts';
import { captureProgram } from './run-program.ts';

const TOOLS = 'tools/emoji';
const SHIPPED = 'public/data/emoji-probe';
const FILES = ['atlas.png', 'index.json', 'CREDITS.md'];
/** What npm says where it reaches no registry. */
const OFFLINE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

/**
 * Builds the data set again from its packages, in a temporary copy of its tools, and compares every
 * byte with what is shipped.
 * @throws SkippedCheck without a registry; a sentence naming what differs
 */
export async function rebuildDataSet(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'bapa-data-set-'));
  try {
    const folder = join(root, 'emoji');
    const filter = (path: string) => basename(path) !== 'node_modules';
    await cp(TOOLS, folder, { recursive: true, filter });
    await install(folder);
    const out = join(root, 'out');
    const built = await captureProgram([process.execPath, 'build-probe.mjs', '--out', out], {
      folder,
    });
    if (!built.ok) throw new Error(`tools/emoji/build-probe.mjs failed: ${built.output.trim()}`);
    console.log(built.output.trim());
    for (const file of FILES) await compare(join(out, file), join(SHIPPED, file));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function install(folder: string): Promise<void> {
  const command = ['npm', 'ci', '--ignore-scripts', '--prefer-offline', '--fetch-retries=1'];
  const { ok, output } = await captureProgram(command, { folder });
  if (ok) return;
  if (OFFLINE.test(output))
    throw new SkippedCheck(
      'the packages of tools/emoji could not be downloaded, so the data set was not built again. Connect to a package registry and repeat.',
    );
  throw new Error(`npm ci failed in a copy of ${TOOLS}: ${output.trim()}`);
}

async function compare(built: string, shipped: string): Promise<void> {
  const [a, b] = await Promise.all([readFile(built), readFile(shipped)]);
  if (a.equals(b)) {
    console.log(`${shipped}: the same ${b.length} bytes`);
    return;
  }
  const cause =
    shipped.endsWith('.png') && samePixels(a, b)
      ? `Their pixels are the same: the zlib of this Node (${process.versions.zlib}) compresses otherwise than the one that wrote the shipped file. Repeat under Node 20.`
      : 'Build it again with tools/emoji/build-probe.mjs, or find what changed.';
  throw new Error(
    `${shipped} should be what its packages give, but ${a.length} bytes were built where ${b.length} are shipped, and they differ. ${cause}`,
  );
}

function samePixels(a: Uint8Array, b: Uint8Array): boolean {
  const [x, y] = [decode(a), decode(b)];
  return x.width === y.width && x.data.every((value, i) => value === y.data[i]);
}
