/** In what type a model computes on a machine. */
import type { ComputeType } from '../models/compute.ts';
import type { PartFormats } from '../models/formats.ts';
import type { Backend } from './backend.ts';

/** `auto`: in half floats where the adapter has them and the weights are stored narrower than float32. */
export type WantedCompute = ComputeType | 'auto';

/** The WebGPU feature by which shaders know half floats. */
export const HALF_FLOATS = 'shader-f16';

/** Half floats were asked for where they cannot be had. Its message is a sentence for a person. */
export class NoHalfFloatsError extends Error {
  override name = 'NoHalfFloatsError';
}

/** What decides for a stored model. */
export interface StoredChoice {
  readonly formats: PartFormats;
  /** Whether it has graphs that compute in float16. */
  readonly hasFloat16: boolean;
}

/** @throws NoHalfFloatsError where float16 is wanted, but not to be had. */
export function storedCompute(
  wanted: WantedCompute,
  backend: Backend,
  { formats, hasFloat16 }: StoredChoice,
): ComputeType {
  if (wanted === 'float16' && !hasFloat16)
    throw new NoHalfFloatsError(
      'This converted model has no graphs that compute in float16: it was converted by an earlier version. Convert it again, or let it compute in float32.',
    );
  if (wanted !== 'auto') return checkedCompute(wanted, backend);
  const narrow = formats.decoder !== 'fp32';
  return narrow && hasFloat16 && backend.device?.features.has(HALF_FLOATS) ? 'float16' : 'float32';
}

/**
 * Of a checkpoint's graphs, which are built in memory: small models, that gain nothing by half floats.
 * @throws NoHalfFloatsError where float16 is wanted, but not to be had.
 */
export function builtCompute(wanted: WantedCompute, backend: Backend): ComputeType {
  return wanted === 'auto' ? 'float32' : checkedCompute(wanted, backend);
}

/** Providers without a device widen half floats operator by operator. */
function checkedCompute(wanted: ComputeType, { device, adapter }: Backend): ComputeType {
  if (wanted === 'float16' && device && !device.features.has(HALF_FLOATS))
    throw new NoHalfFloatsError(
      `The graphics adapter (${adapter}) has no half floats (the WebGPU feature ${HALF_FLOATS}), so a model cannot compute in float16 on it. Let it compute in float32, which the same files serve.`,
    );
  return wanted;
}
