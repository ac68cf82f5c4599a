/** The result that ships with the page, so that it shows something before the model is there. */
import { parseRecords } from '../../results/jsonl.ts';
import { parseManifest, type RunManifest } from '../../results/manifest.ts';
import type { ProbeRecord } from '../../results/records.ts';

/**
 * Reads the folder that the command line's `probe` wrote (its manifest and one file of records for each
 * scheme); undefined where there is none.
 * @throws a sentence where a file of it is missing or holds a bad line
 */
export async function readPrecomputed(
  folder: string,
): Promise<{ manifest: RunManifest; records: readonly ProbeRecord[] } | undefined> {
  const manifestText = await fetchText(new URL('manifest.json', folder));
  if (manifestText === undefined) return undefined;
  const manifest = parseManifest(manifestText, 'precomputed/manifest.json');
  const files = manifest.schemes.map(({ label }) => `records-${label}.jsonl`);
  const texts = await Promise.all(files.map((file) => fetchText(new URL(file, folder))));
  const records = texts.flatMap((text, index) => {
    if (text === undefined) {
      throw new Error(`Its file ${files[index]} is not there. Make the folder again.`);
    }
    return parseRecords(text, files[index]);
  });
  return { manifest, records };
}

/** The text of a file; undefined where the server has none. */
async function fetchText(url: URL): Promise<string | undefined> {
  const response = await fetch(url);
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${url.href} was answered with status ${response.status}.`);
  return response.text();
}
