import type { ImageProcessorSpec } from '../tensor/image-processor.ts';
import type { DecoderConfig } from './config.ts';
import type { Fields } from './fields.ts';
import type { ImagePrompt } from './spec.ts';
import type { VisionConfig } from './vision.ts';
import type { PrefixTable } from './weights.ts';

/** A family's config, read and checked. */
export interface FamilyConfig {
  readonly decoder: DecoderConfig;
  readonly vision: VisionConfig;
  readonly imageTokenId: number;
  readonly imagePrompt: ImagePrompt;
}

/** What a family is: data, and pure functions from config files to data. */
export interface Family {
  /** Everything the graphs need, from the folder's config.json. */
  parse(config: Fields): FamilyConfig;
  /** The image processor, from preprocessor_config.json or its part of processor_config.json. */
  parseProcessor(processor: Fields, config: FamilyConfig): ImageProcessorSpec;
  readonly prefixes: PrefixTable;
}
