/** The table of vision encoders. */
import { tiledClipEncoder, type TiledClipConfig } from './clip-tiled.ts';
import { clipEncoder, type ClipEncoderConfig } from './clip-encoder.ts';
import { gemma3Encoder, type Gemma3EncoderConfig } from './gemma3-encoder.ts';
import { qwenEncoder } from './qwen-encoder.ts';
import type { QwenVisionConfig } from './qwen-vision.ts';
import type { VisionEncoder } from './vision-encoder.ts';

/** Encoder and projector of a family, as data. */
export type VisionConfig =
  ClipEncoderConfig | TiledClipConfig | Gemma3EncoderConfig | QwenVisionConfig;

const ENCODERS: {
  readonly [Kind in VisionConfig['kind']]: VisionEncoder<Extract<VisionConfig, { kind: Kind }>>;
} = {
  clip: clipEncoder,
  'clip-tiled': tiledClipEncoder,
  gemma3: gemma3Encoder,
  qwen: qwenEncoder,
};

/** The encoder of a config. */
export function visionEncoder(config: VisionConfig): VisionEncoder<VisionConfig> {
  return ENCODERS[config.kind] as unknown as VisionEncoder<VisionConfig>;
}
