import { withAttentionTaps } from '../../models/attention-taps.ts';
import { openCheckpoint } from '../../models/checkpoint.ts';
import type { DecoderConfig } from '../../models/config.ts';
import { buildDecoderGraph } from '../../models/decoder.ts';
import { buildEmbedGraph } from '../../models/embed.ts';
import { buildVisionGraph, encodeGraph, openModel } from '../../models/families.ts';
import { openNodeBackend } from '../backend-node.ts';
import { LanguageModel } from '../language-model.ts';
import type { EngineParts } from '../model-engine.ts';
import { VisionRunner } from '../vision-runner.ts';
import { goldenSource } from './golden-source.ts';

/** Another decoder config, of the one that the checkpoint has. */
export type Change = (decoder: DecoderConfig) => Partial<DecoderConfig>;

const asItIs: Change = () => ({});

/**
 * What an engine is made of, on the cpu provider, for a golden case's checkpoint: graphs of one changed
 * config, and the spec of another. For tests that break a part and want to see it noticed.
 */
export async function openChanged(
  name: string,
  one: string,
  { graphs = asItIs, spec = asItIs }: { graphs?: Change; spec?: Change },
): Promise<EngineParts> {
  const backend = await openNodeBackend('cpu');
  const opened = await openModel(await openCheckpoint(await goldenSource(name, one)));
  const { config, weights } = opened;
  const decoder = { ...config.decoder, ...graphs(config.decoder) };
  const known = { ...opened.spec, decoder: { ...decoder, ...spec(decoder) } };
  const vision = await encodeGraph(await buildVisionGraph(config, weights));
  const parts = {
    embed: await encodeGraph(buildEmbedGraph(decoder, weights)),
    decoder: [await encodeGraph(withAttentionTaps(await buildDecoderGraph(decoder, weights)))],
  };
  const { provider, build, adapter, versions } = backend;
  const none = {
    revision: 'local',
    weightHash: '',
    settingsHash: '',
    yesTokenIds: [],
    noTokenIds: [],
  };
  return {
    backend,
    info: {
      model: name,
      dtype: 'float32',
      compute: 'float32',
      provider,
      build,
      adapter,
      versions,
      spec: known,
      ...none,
    },
    vision: await VisionRunner.open(backend, known, vision),
    language: await LanguageModel.open(backend, decoder, parts),
    tokenizer: undefined,
  };
}
