/** What information flow found, as text of at most 80 columns. */
import { overallShares, type FlowResult } from '../results/flow-maps.ts';
import type { FlowShares } from '../results/flow-records.ts';

const COLUMNS = ['image', 'text before', 'text behind'];
const WIDTH = 14;

/** Shares by scheme and layer, and the memory that was held. Ends with a line end. */
export function flowText({ schemes, bytes }: FlowResult): string {
  const samples = schemes[0]?.samples ?? 0;
  const lines = [
    `Attention of the text behind a picture, in percent, ${samples} ${samples === 1 ? 'picture' : 'pictures'}`,
    row('', COLUMNS),
    ...schemes.flatMap((maps) => [
      row(`${maps.scheme.label} positions`, percents(overallShares(maps))),
      ...maps.shares.map((shares, layer) => row(`  layer ${layer}`, percents(shares))),
    ]),
    '',
    `Held at most ${bytesText(bytes.held)}; all attention matrices would take ${bytesText(bytes.matrices)}`,
    `(${(bytes.matrices / bytes.held).toFixed(1)} times as much).`,
    'An attention map is no evidence that an answer is right.',
  ];
  return `${lines.join('\n')}\n`;
}

function row(name: string, cells: readonly string[]): string {
  const padded = cells.map((cell) => cell.padStart(WIDTH));
  return `${name.padEnd(26)}${padded.join('')}`.trimEnd();
}

function percents({ image, before, after }: FlowShares): string[] {
  return [image, before, after].map((share) => (share * 100).toFixed(1));
}

/** `812 KB`, `3.4 MB`, `1.97 GB`, in powers of ten. */
export function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} KB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
