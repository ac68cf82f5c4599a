/** The result that ships with the page, so that it shows something before the model is there. */
import { parseRecords } from '../../results/jsonl.ts';
import type { RunManifest } from '../../results/manifest.ts';
import type { ProbeRecord } from '../../results/records.ts';

/**
 * Reads the folder that the command line's `probe` wrote (its manifest and one file of records for each
 * scheme); undefined where there is none.
 */
export async function readPrecomputed(
  folder: string,
): Promise<{ manifest: RunManifest; records: readonly ProbeRecord[] } | undefined> {
  try {
    const manifest = JSON.parse(await fetchText(new URL('manifest.json', folder))) as RunManifest;
    const files = manifest.schemes.map(({ label }) => `records-${label}.jsonl`);
    const texts = await Promise.all(files.map((file) => fetchText(new URL(file, folder))));
    const records = texts.flatMap((text, index) => parseRecords(text, files[index]));
    return { manifest, records };
  } catch {
    return undefined;
  }
}

async function fetchText(url: URL): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname} answered ${response.status}.`);
  return response.text();
}
