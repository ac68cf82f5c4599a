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

/** LLaVA's two linear layers from the vision tower's width to the decoder's: [n, t, in] to [n, t, out]. */
export async function projector(
  g: GraphBuilder,
  config: ProjectorConfig,
  weights: Weights,
  features: Value,
): Promise<Value> {
  const part = new Part(g, weights, 'projector');
  const { inputSize, outputSize, activation, bias } = config;
  const first = await part.linear(features, 'linear_1', inputSize, outputSize, bias);
  return part.linear(activate(g, activation, first), 'linear_2', outputSize, outputSize, bias);
}
