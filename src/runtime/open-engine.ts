import { openCheckpoint, type FileSource } from '../models/checkpoint.ts';
import { buildModel } from '../models/families.ts';
import type { Backend } from './backend.ts';
import { LanguageModel } from './language-model.ts';
import { ModelEngine, type RuntimeEngine } from './model-engine.ts';
import { openTokenizer } from './tokenizer.ts';
import { VisionRunner } from './vision-runner.ts';

/** What loading does just now, in words for a person. */
export type LoadStep = 'Reading the weights' | 'Building the graphs' | 'Preparing the sessions';

export interface OpenModelOptions {
  readonly source: FileSource;
  /** How the model is called in records and manifests. */
  readonly name: string;
  /** Revision of the checkpoint, where it has one; `local` otherwise. */
  readonly revision?: string | undefined;
  readonly onProgress?: ((step: LoadStep) => void) | undefined;
  /** Aborts between the steps. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes an engine of a checkpoint on an opened backend, which it takes over (on failure too).
 * Use the entry for the place: `open-engine-web.ts` in a tab, `open-engine-node.ts` in Node.
 */
export async function openEngineOn(
  backend: Backend,
  options: OpenModelOptions,
): Promise<RuntimeEngine> {
  const { source, name, onProgress, signal } = options;
  try {
    signal?.throwIfAborted();
    onProgress?.('Reading the weights');
    const checkpoint = await openCheckpoint(source);
    const weightHash = await checkpoint.weightHash();
    const settingsHash = await checkpoint.settingsHash();
    signal?.throwIfAborted();
    onProgress?.('Building the graphs');
    const bundle = await buildModel(checkpoint);
    const { spec } = bundle;
    const tokenizer = await openTokenizer(checkpoint, spec);
    signal?.throwIfAborted();
    onProgress?.('Preparing the sessions');
    const vision = await VisionRunner.open(backend, spec, bundle.vision);
    const language = await LanguageModel.open(backend, spec.decoder, bundle);
    const info = {
      model: name,
      revision: options.revision ?? 'local',
      weightHash,
      settingsHash,
      // Weights of narrower types are widened when the graphs are built.
      dtype: 'float32',
      provider: backend.provider,
      build: backend.build,
      adapter: backend.adapter,
      versions: backend.versions,
      spec,
      yesTokenIds: tokenizer?.yesTokenIds ?? [],
      noTokenIds: tokenizer?.noTokenIds ?? [],
    };
    return new ModelEngine({ backend, info, vision, language, tokenizer });
  } catch (error) {
    backend.dispose();
    throw error;
  }
}
