import { type Checkpoint, openCheckpoint, type FileSource } from '../models/checkpoint.ts';
import { buildModel } from '../models/families.ts';
import { checkEntry, type ModelStore } from '../models/model-store.ts';
import { hasFloat16 } from '../models/stored-manifest.ts';
import type { Backend } from './backend.ts';
import { builtCompute, storedCompute, type WantedCompute } from './compute-choice.ts';
import { LanguageModel } from './language-model.ts';
import { ModelEngine, type RuntimeEngine } from './model-engine.ts';
import { releaseAfterFailure, type Releasable } from './session.ts';
import { type EngineModel, openStoredModel } from './stored-model.ts';
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
  /** In what type it is to compute; float32 where left out. @throws NoHalfFloatsError */
  readonly compute?: WantedCompute | undefined;
  readonly onProgress?: ((step: LoadStep) => void) | undefined;
  /** Aborts between the steps. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes an engine of a checkpoint on an opened backend, which it takes over (on failure too).
 * Use the entry for the place: `open-engine-web.ts` in a tab, `open-engine-node.ts` in Node.
 */
export function openEngineOn(backend: Backend, options: OpenModelOptions): Promise<RuntimeEngine> {
  return openWith(backend, options, () => buildInMemory(backend, options));
}

export interface OpenStoredOptions extends Omit<OpenModelOptions, 'source'> {
  readonly store: ModelStore;
  readonly entry: string;
}

/**
 * The same of a converted model: its files are hashed at the first load, and their sizes compared at
 * each. @throws a sentence where the entry is missing or broken; then it has to be converted again
 */
export function openStoredEngineOn(
  backend: Backend,
  options: OpenStoredOptions,
): Promise<RuntimeEngine> {
  const { store, entry, compute = 'float32' } = options;
  return openWith(backend, options, async () => {
    const state = await checkEntry(store, entry, 'once');
    if (state.kind === 'broken') throw new Error(`${state.problem} Convert it again.`);
    if (state.kind === 'missing')
      throw new Error(`There is no converted model ${entry} in ${store.place}; convert it first.`);
    const { manifest } = state;
    const choice = { formats: manifest.formats, hasFloat16: hasFloat16(manifest) };
    const chosen = storedCompute(compute, backend, choice);
    return openStoredModel(store.files(entry), manifest, chosen);
  });
}

async function openWith(
  backend: Backend,
  options: Omit<OpenModelOptions, 'source'>,
  openModel: () => Promise<EngineModel>,
): Promise<RuntimeEngine> {
  const { name, onProgress, signal } = options;
  const opened: Releasable[] = [];
  try {
    signal?.throwIfAborted();
    onProgress?.('Reading the weights');
    const model = await openModel();
    const { spec, settings } = model;
    const settingsHash = await settings.settingsHash();
    const tokenizer = await openTokenizer(settings, spec);
    signal?.throwIfAborted();
    onProgress?.('Preparing the sessions');
    const vision = await VisionRunner.open(backend, spec, model.vision);
    opened.push(vision);
    signal?.throwIfAborted();
    const language = await LanguageModel.open(backend, spec.decoder, model, signal);
    opened.push(language);
    signal?.throwIfAborted();
    const info = {
      model: name,
      revision: options.revision ?? 'local',
      weightHash: model.weightHash,
      settingsHash,
      dtype: model.dtype,
      compute: model.compute,
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
    await releaseAfterFailure(opened);
    backend.dispose();
    throw error;
  }
}

/** Bytes of float32 weights that are built into graphs in memory; a protobuf message ends at 2 GiB. */
const MOST_IN_MEMORY = 2 ** 30;

/** @throws a sentence for weights that are better converted than held in memory */
function requireSmall({ tensors }: Checkpoint): void {
  const shapes = [...tensors.values()].map(({ shape }) => shape);
  const bytes = 4 * shapes.reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
  if (bytes <= MOST_IN_MEMORY) return;
  const size = (count: number) => `${(count / 1e9).toFixed(1)} GB`;
  throw new Error(
    `This checkpoint takes ${size(bytes)} as float32, and at most ${size(MOST_IN_MEMORY)} are loaded as they are. Convert it first (bapa convert, or the page's model chooser), and load what was converted.`,
  );
}

/** All graphs in memory: for models that are small. */
async function buildInMemory(
  backend: Backend,
  { source, signal, onProgress, compute: wanted = 'float32' }: OpenModelOptions,
): Promise<EngineModel> {
  const compute = builtCompute(wanted, backend);
  const checkpoint = await openCheckpoint(source);
  requireSmall(checkpoint);
  const weightHash = await checkpoint.weightHash();
  signal?.throwIfAborted();
  onProgress?.('Building the graphs');
  const taps = compute === 'float32';
  const { spec, vision, embed, decoder } = await buildModel(checkpoint, { compute, taps });
  return {
    spec,
    settings: checkpoint,
    vision,
    embed,
    decoder: [decoder],
    weightHash,
    // Weights of other types are brought to that when the graphs are built.
    dtype: compute,
    compute,
  };
}
