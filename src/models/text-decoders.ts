/** The table of decoders that a LLaVA may have, by the text config's `model_type`. */
import { type DecoderConfig, type DecoderDefaults, parseDecoder } from './config.ts';
import type { Fields } from './fields.ts';

type ParseDecoder = (text: Fields, tiedHead: boolean) => DecoderConfig;

const TEXT_DECODERS: Readonly<Record<string, ParseDecoder>> = {
  llama: parseLlama,
  mistral: parseMistral,
};

/** The decoder of a LLaVA-like config; the default is transformers' own. */
export function parseTextDecoder(text: Fields, tiedHead: boolean): DecoderConfig {
  const type = text.choice('model_type', Object.keys(TEXT_DECODERS), 'llama');
  return (TEXT_DECODERS[type] as ParseDecoder)(text, tiedHead);
}

/** transformers' `LlamaConfig`. */
const LLAMA: DecoderDefaults = {
  hiddenSize: 4096,
  heads: 32,
  layers: 32,
  vocabSize: 32000,
  intermediateSize: 11008,
  contextLength: 2048,
  ropeTheta: 10000,
};

/** transformers' `MistralConfig`. */
const MISTRAL: DecoderDefaults = {
  ...LLAMA,
  kvHeads: 8,
  intermediateSize: 14336,
  contextLength: 131072,
};
const MISTRAL_WINDOW = 4096;

function parseLlama(text: Fields, tiedHead: boolean): DecoderConfig {
  const bias = text.flag('attention_bias', false);
  return {
    ...parseDecoder(text, LLAMA, tiedHead),
    qkvBias: bias,
    outputBias: bias,
    mlpBias: text.flag('mlp_bias', false),
  };
}

function parseMistral(text: Fields, tiedHead: boolean): DecoderConfig {
  const decoder = parseDecoder(text, MISTRAL, tiedHead);
  // A config that leaves the field out means the default; one that says null means no window.
  const window =
    text.json['sliding_window'] === null ? null : text.count('sliding_window', MISTRAL_WINDOW);
  return { ...decoder, windows: Array<number | null>(decoder.layers).fill(window) };
}
