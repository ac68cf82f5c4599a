/** The decoder cut into parts that can be loaded one after another. */
import { graphDataBytes } from '../onnx/external-data.ts';
import type { DecoderConfig } from './config.ts';
import { buildDecoderGraph, type DecoderPart } from './decoder.ts';
import type { Weights } from './weights.ts';

/**
 * Parts whose weights take at most `partBytes`, each as many whole layers as fit, and at least one: by
 * the first layer, which all others are like. The head goes with the last layers where it fits.
 */
export async function splitDecoder(
  config: DecoderConfig,
  weights: Weights,
  partBytes: number,
): Promise<DecoderPart[]> {
  const { layers } = config;
  const bytesOf = async (part: DecoderPart) =>
    graphDataBytes(await buildDecoderGraph(config, weights, part));
  const layerBytes = await bytesOf({ first: 0, end: 1, head: false });
  const headBytes = await bytesOf({ first: layers, end: layers, head: true });
  const most = Math.max(1, Math.floor(partBytes / layerBytes));
  const parts: DecoderPart[] = [];
  for (let first = 0; first < layers; first += most)
    parts.push({ first, end: Math.min(first + most, layers), head: false });
  const last = parts.pop() as DecoderPart;
  if ((last.end - last.first) * layerBytes + headBytes <= partBytes)
    return [...parts, { ...last, head: true }];
  return [...parts, last, { first: layers, end: layers, head: true }];
}
