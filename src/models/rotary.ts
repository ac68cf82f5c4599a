import type { LazyTensor } from '../tensor/lazy.ts';
import type { Fields } from './fields.ts';
import type { RotarySpec } from './spec.ts';

/** Rope scaling by name: each changes the plain inverse frequencies as transformers does. */
const SCALINGS: Readonly<
  Record<string, (inverse: Float32Array, parameters: Fields) => Float32Array>
> = {
  default: (inverse) => inverse,
  linear: (inverse, parameters) => {
    const factor = parameters.number('factor');
    return inverse.map((frequency) => frequency / factor);
  },
  llama3: scaleAsLlama3,
};

/**
 * The rotary part of a Llama-like text config. Reads both `rope_parameters` (transformers 5) and
 * `rope_theta` with `rope_scaling` (earlier). Throws for a rope type that is not in the table.
 */
export function parseRotary(text: Fields, headDim: number, defaultTheta = 10000): RotarySpec {
  const parameters = text.has('rope_parameters')
    ? text.section('rope_parameters')
    : text.has('rope_scaling')
      ? text.section('rope_scaling')
      : undefined;
  const theta = parameters?.has('rope_theta')
    ? parameters.number('rope_theta')
    : text.number('rope_theta', defaultTheta);
  const typeField = parameters?.has('rope_type') ? 'rope_type' : 'type';
  const type = parameters?.has(typeField)
    ? parameters.choice(typeField, Object.keys(SCALINGS))
    : 'default';
  const partial = (parameters?.has('partial_rotary_factor') ? parameters : text).number(
    'partial_rotary_factor',
    1,
  );
  const dim = Math.floor(headDim * partial);
  const plain = inverseFrequencies(theta, dim);
  const scale = SCALINGS[type] as (typeof SCALINGS)[string];
  return {
    dim,
    invFreq: parameters ? scale(plain, parameters) : plain,
    attentionScaling: 1,
    axes: 1,
    axisOfFrequency: new Uint32Array(dim / 2),
  };
}

/** `1 / theta^(2i / dim)`, each step rounded to float32 as torch's float tensors are. */
export function inverseFrequencies(theta: number, dim: number): Float32Array {
  return Float32Array.from({ length: dim / 2 }, (_, i) => {
    const exponent = Math.fround((2 * i) / dim);
    return Math.fround(1 / Math.fround(theta ** exponent));
  });
}

/**
 * Llama 3.1's scaling: long waves divided by the factor, short ones kept, smooth between. Each step is
 * rounded to float32, because torch computes it on float32 tensors.
 */
function scaleAsLlama3(inverse: Float32Array, parameters: Fields): Float32Array {
  const round = Math.fround;
  // torch divides a number by a tensor as the number times the tensor's reciprocal.
  const over = (a: number, b: number) => round(round(a) * round(1 / b));
  const factor = parameters.number('factor');
  const low = parameters.number('low_freq_factor');
  const high = parameters.number('high_freq_factor');
  const context = parameters.number('original_max_position_embeddings');
  return inverse.map((frequency) => {
    const wavelength = over(2 * Math.PI, frequency);
    if (wavelength > context / low) return frequency / factor;
    if (wavelength < context / high) return frequency;
    const smooth = round(round(over(context, wavelength) - low) / (high - low));
    const scaled = round(round(round(1 - smooth) * frequency) / factor);
    return scaled + round(smooth * frequency);
  });
}

/** Rows of a table that are made at a time. */
const PIECE_ROWS = 1024;

/**
 * Cos and sin tables `[rows, dim / 2]` of the standard positions 0 … rows − 1, for exports that carry
 * them as weights; made when they are written. The product is rounded to float32, as the checkpoint's
 * code does it.
 */
export function standardTables(
  rotary: RotarySpec,
  rows: number,
): { cos: LazyTensor<'float32'>; sin: LazyTensor<'float32'> } {
  const half = rotary.dim / 2;
  const piece = (first: number, end: number, f: (angle: number) => number) =>
    Float32Array.from({ length: (end - first) * half }, (_, i) => {
      const position = first + Math.floor(i / half);
      const angle = Math.fround(position * (rotary.invFreq[i % half] as number));
      return f(angle) * rotary.attentionScaling;
    });
  const table = (f: (angle: number) => number): LazyTensor<'float32'> => ({
    dtype: 'float32',
    shape: [rows, half],
    chunks: async function* () {
      for (let first = 0; first < rows; first += PIECE_ROWS)
        yield new Uint8Array(piece(first, Math.min(first + PIECE_ROWS, rows), f).buffer);
    },
  });
  return { cos: table(Math.cos), sin: table(Math.sin) };
}
