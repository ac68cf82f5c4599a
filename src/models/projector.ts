import type { GraphBuilder, Value } from '../onnx/builder.ts';
import type { Activation } from './config.ts';
import { activate, Part } from './layers.ts';
import type { Weights } from './weights.ts';

export interface ProjectorConfig {
  readonly inputSize: number;
  readonly outputSize: number;
  readonly activation: Activation;
  readonly bias: boolean;
}

/** LLaVA's two linear layers from the vision tower's width to the decoder's: f32 [n, t, in] to [n, t, out]. */
export async function projector(
  g: GraphBuilder,
  config: ProjectorConfig,
  weights: Weights,
  features: Value,
): Promise<Value> {
  const part = new Part(g, weights, 'projector');
  const { inputSize, outputSize, activation, bias } = config;
  const input = part.narrow(features);
  const first = await part.linear(input, 'linear_1', inputSize, outputSize, bias);
  const wide = activate(g, activation, first);
  return part.widen(await part.linear(wide, 'linear_2', outputSize, outputSize, bias));
}
