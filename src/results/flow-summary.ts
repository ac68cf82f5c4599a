/** What information flow found over all its samples, from the records alone. Plain JSON. */
import { group } from 'd3-array';
import type { TokenLayout } from '../tensor/token-view.ts';
import { meanMap, type FlowMaps, type FlowResult } from './flow-maps.ts';
import type { FlowRecord, FlowShares, TokenMap } from './flow-records.ts';

/**
 * Means over the samples of each scheme, schemes in the order of their first record.
 * @throws a sentence where there is no record, or where pictures have their tokens in different grids,
 *   whose maps have no mean
 */
export function summarizeFlow(records: readonly FlowRecord[]): FlowResult {
  const [first] = records;
  if (first === undefined)
    throw new Error('There are no records of information flow to take means of. Run it first.');
  for (const { layout } of records) requireSame(first.layout, layout);
  const schemes = [...group(records, ({ scheme }) => scheme).values()].map(meansOf);
  const most = (part: 'held' | 'matrices') => Math.max(...records.map(({ bytes }) => bytes[part]));
  const bytes = { held: most('held'), matrices: most('matrices') };
  return { layout: first.layout, schemes, bytes };
}

/** @throws a sentence where two pictures have their tokens in different grids */
export function requireSame(first: TokenLayout, now: TokenLayout): void {
  if (JSON.stringify(first) === JSON.stringify(now)) return;
  const grids = ({ views }: TokenLayout) =>
    views.map(({ rows, columns }) => `${rows}x${columns}`).join(' and ');
  throw new Error(
    `The pictures have their image tokens in different grids (${grids(first)}, and ${grids(now)}), whose maps have no mean; use pictures of one shape.`,
  );
}

function meansOf(records: readonly FlowRecord[]): FlowMaps {
  const { scheme: label, strength, heads } = records[0]!;
  return {
    scheme: { label, strength },
    samples: records.length,
    layers: meansByRow(records.map(({ layers }) => layers)),
    shares: records[0]!.layerShares.map((_, layer) =>
      meanShares(records.map(({ layerShares }) => layerShares[layer]!)),
    ),
    ...(heads && {
      heads: {
        layer: heads.layer,
        maps: meansByRow(records.map((record) => record.heads!.maps)),
      },
    }),
  };
}

/** Map by map, each the mean over the samples. */
function meansByRow(samples: readonly (readonly TokenMap[])[]): number[][] {
  return samples[0]!.map((_, row) => meanMap(samples.map((maps) => maps[row]!)).map(sixDigits));
}

/** The mean of shares, part by part. */
export function meanShares(all: readonly FlowShares[]): FlowShares {
  const rows = all.map(({ image, before, after }) => [image, before, after]);
  const [image, before, after] = meanMap(rows).map(sixDigits);
  return { image: image!, before: before!, after: after! };
}

/** A float32 has seven digits, the last of which differs between providers. */
export function sixDigits(value: number): number {
  return Number(value.toPrecision(6));
}
