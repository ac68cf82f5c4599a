/** Mean maps of information flow, and what is read off them. Plain JSON. */
import type { TokenLayout } from '../tensor/token-view.ts';
import type { FlowBytes, FlowShares, TokenMap } from './flow-records.ts';
import type { Scheme } from './records.ts';

/** Means over the samples of one scheme. */
export interface FlowMaps {
  readonly scheme: Scheme;
  readonly samples: number;
  /** `[layers][image tokens]`, each the mean over a layer's heads. */
  readonly layers: readonly TokenMap[];
  /** Of each layer. */
  readonly shares: readonly FlowShares[];
  /** Every head of one layer, where that was asked for. */
  readonly heads?: { readonly layer: number; readonly maps: readonly TokenMap[] } | undefined;
}

/** A whole run. */
export interface FlowResult {
  readonly layout: TokenLayout;
  readonly schemes: readonly FlowMaps[];
  readonly bytes: FlowBytes;
}

/** Entry by entry; of rows of one length. */
export function meanMap(maps: readonly TokenMap[]): number[] {
  const sums = new Float64Array(maps[0]?.length ?? 0);
  for (const map of maps) map.forEach((value, at) => (sums[at]! += value));
  return Array.from(sums, (sum) => sum / maps.length);
}

/** The mean over everything, as the reference draws it before its normalisation. */
export function overallMap({ layers }: Pick<FlowMaps, 'layers'>): number[] {
  return meanMap(layers);
}

/** Mean over layers. */
export function overallShares({ shares }: Pick<FlowMaps, 'shares'>): FlowShares {
  const mean = (part: keyof FlowShares) =>
    shares.reduce((sum, layer) => sum + layer[part], 0) / shares.length;
  return { image: mean('image'), before: mean('before'), after: mean('after') };
}

/**
 * From 0 for the least to 1 for the most, as the reference draws its maps: two of them tell no longer
 * which one got more attention. A map without any difference is 0 throughout.
 */
export function normalised(map: TokenMap): number[] {
  const least = Math.min(...map);
  const most = Math.max(...map);
  return map.map((value) => (most === least ? 0 : (value - least) / (most - least)));
}

/** The second less the first. */
export function mapDifference(first: TokenMap, second: TokenMap): number[] {
  return first.map((value, at) => second[at]! - value);
}
