/** The one file that a run travels in: a ZIP of the files that the command line writes. */
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { MANIFEST_FILE } from './run-layout.ts';

/** Of a run's file. */
export const ARCHIVE_ENDING = '.bapa.zip';

/** What is read of an archive; pictures and pages that may lie beside are not. */
const READ = /\.(json|jsonl)$/;

/** Bytes of text that are unpacked at most: records of millions of items, and no more than a tab bears. */
const MOST_BYTES = 1024 ** 3;

/** ZIP has no time before 1980; one time for all makes equal runs equal files. */
const NO_TIME = new Date(1980, 0, 1);

/** Packs files by name. Equal files give equal bytes. */
export function packRun(files: ReadonlyMap<string, string>): Uint8Array<ArrayBuffer> {
  const entries = [...files].map(([name, text]) => [name, strToU8(text)] as const);
  return new Uint8Array(zipSync(Object.fromEntries(entries), { mtime: NO_TIME }));
}

/**
 * The texts of a packed run by name. A folder that was packed as a whole is taken as its content.
 * @param where the file, for messages
 * @throws a sentence where it is no ZIP, holds no run, or more than one
 */
export function unpackRun(bytes: Uint8Array, where = 'The file'): Map<string, string> {
  const unpacked = unzip(bytes, where);
  const manifests = Object.keys(unpacked).filter(
    (path) => path.split('/').at(-1) === MANIFEST_FILE,
  );
  if (manifests.length !== 1)
    throw new Error(
      manifests.length === 0
        ? `${where} should hold a run, but has no ${MANIFEST_FILE}. Choose a file that was exported as a run, or a run's folder that was packed as ZIP.`
        : `${where} should hold one run, but holds ${manifests.length} (${manifests.join(', ')}). Pack each run's folder by itself.`,
    );
  const folder = manifests[0]!.slice(0, -MANIFEST_FILE.length);
  const own = Object.entries(unpacked).filter(([path]) => path.startsWith(folder));
  return new Map(own.map(([path, data]) => [path.slice(folder.length), strFromU8(data)]));
}

function unzip(bytes: Uint8Array, where: string): { [path: string]: Uint8Array } {
  let total = 0;
  let files: { [path: string]: Uint8Array };
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!READ.test(name) || name.startsWith('__MACOSX/')) return false;
        total += originalSize;
        return total <= MOST_BYTES;
      },
    });
  } catch (error) {
    throw new Error(
      `${where} should be a run packed as ZIP, but cannot be unpacked (${(error as Error).message}). Export the run again.`,
      { cause: error },
    );
  }
  if (total <= MOST_BYTES) return files;
  throw new Error(
    `${where} holds ${Math.round(total / 1e6)} MB of text, more than a run has. Choose a file that was exported as a run.`,
  );
}
