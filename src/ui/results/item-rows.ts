/** The items behind a cell: one for each question, with its answers under some schemes. */
import type { RunManifest } from '../../results/manifest.ts';
import type { Cell, ProbeRecord } from '../../results/records.ts';

export interface ItemRow {
  /** Group and polarity. */
  readonly key: string;
  /** Records in the order of the schemes asked for; those that are missing are left out. */
  readonly records: readonly ProbeRecord[];
}

/** Items of a cell in the run's order, their records in the order of `schemes`. */
export function itemRows(
  records: readonly ProbeRecord[],
  cell: Cell,
  schemes: readonly string[],
): ItemRow[] {
  const rows = new Map<string, ProbeRecord[]>();
  for (const record of records) {
    if (record.cell !== cell || !schemes.includes(record.scheme)) continue;
    const key = `${record.group}/${record.polarity}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [record]);
    else row.push(record);
  }
  const place = (record: ProbeRecord) => schemes.indexOf(record.scheme);
  return [...rows].map(([key, found]) => ({
    key,
    records: found.sort((a, b) => place(a) - place(b)),
  }));
}

export function isWrong({ prediction, answer }: ProbeRecord): boolean {
  return prediction !== answer;
}

/**
 * The exact text that the model saw for a record: its question inside the chat template that the
 * manifest shows; undefined where the template wrote the question differently (then only the
 * question itself is known).
 */
export function exactPrompt(
  record: ProbeRecord,
  manifest: Pick<RunManifest, 'prompt' | 'renderedPrompt'> | undefined,
): string | undefined {
  if (manifest === undefined) return undefined;
  const { prompt, renderedPrompt } = manifest;
  // Some templates cut the question's outer space off.
  const pairs = [
    [prompt, record.prompt],
    [prompt.trim(), record.prompt.trim()],
  ] as const;
  const fitting = pairs.find(([question]) => renderedPrompt.includes(question));
  return fitting && renderedPrompt.replace(fitting[0], () => fitting[1]);
}
