/** What a run was: everything needed to judge it and to run it again. */
import { wrongField } from './manifest-fields.ts';
import { RECORD_VERSION, type Scheme } from './records.ts';

export const MANIFEST_VERSION = 1;

export interface RunManifest {
  readonly version: number;
  readonly recordVersion: number;
  readonly experiment: string;
  readonly model: {
    readonly name: string;
    readonly revision: string;
    /** SHA-256 of the weight files, hexadecimal. */
    readonly weightHash: string;
    /** SHA-256 over config, tokenizer, chat template and processor files, hexadecimal. */
    readonly settingsHash: string;
    readonly family: string;
    /** How the weights are stored: `float32`, `q4`, … */
    readonly dtype: string;
  };
  readonly runtime: {
    readonly provider: string;
    readonly build: string;
    /** In what type the model computed; left out of runs before there was a choice: float32. */
    readonly compute?: string;
    readonly adapter: string;
    readonly versions: Readonly<Record<string, string>>;
  };
  readonly imageProcessor: Readonly<Record<string, unknown>>;
  /** Sides of the composited picture, before the processor, in pixels. */
  readonly imageSize: { readonly width: number; readonly height: number };
  /** The question with `{caption}` in place of the caption. */
  readonly prompt: string;
  /** The same inside the model's chat template: what the model sees. */
  readonly renderedPrompt: string;
  readonly yesTokenIds: readonly number[];
  readonly noTokenIds: readonly number[];
  readonly schemes: readonly Scheme[];
  readonly dataset: { readonly name: string; readonly hash: string; readonly items: number };
  readonly groups: number;
  readonly seed: number;
  /** Cells left white in every grid because the data set is small. */
  readonly whiteCells: number;
  /** Pictures encoded and answered together; each brings its positive and negative question. */
  readonly picturesPerBatch: number;
  /** What else the experiment was told, by the names of its own options. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly decoding: 'greedy';
  /** When the run began, ISO 8601. */
  readonly startedAt: string;
}

/** What the manifest takes from a loaded model (an engine's `info` fits). */
export interface ManifestModel {
  readonly model: string;
  readonly revision: string;
  readonly weightHash: string;
  readonly settingsHash: string;
  readonly dtype: string;
  readonly compute: string;
  readonly provider: string;
  readonly build: string;
  readonly adapter: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly spec: { readonly family: string; readonly imageProcessor: object };
  readonly yesTokenIds: readonly number[];
  readonly noTokenIds: readonly number[];
}

export interface ManifestRun {
  readonly experiment: string;
  readonly imageSize: { readonly width: number; readonly height: number };
  readonly prompt: string;
  readonly renderedPrompt: string;
  readonly schemes: readonly Scheme[];
  readonly dataset: { readonly name: string; readonly hash: string; readonly items: number };
  readonly groups: number;
  readonly seed: number;
  readonly whiteCells: number;
  readonly picturesPerBatch: number;
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly startedAt: string;
}

/** A run's manifest from its model and its plan. Plain JSON. */
export function buildManifest(model: ManifestModel, run: ManifestRun): RunManifest {
  return {
    version: MANIFEST_VERSION,
    recordVersion: RECORD_VERSION,
    ...run,
    model: {
      name: model.model,
      revision: model.revision,
      weightHash: model.weightHash,
      settingsHash: model.settingsHash,
      family: model.spec.family,
      dtype: model.dtype,
    },
    runtime: {
      provider: model.provider,
      build: model.build,
      compute: model.compute,
      adapter: model.adapter,
      versions: model.versions,
    },
    imageProcessor: { ...model.spec.imageProcessor },
    yesTokenIds: model.yesTokenIds,
    noTokenIds: model.noTokenIds,
    decoding: 'greedy',
  };
}

/**
 * The first way in which two runs' records cannot be mixed, as a sentence, or null. Resuming a run
 * with another model, data set, seed or prompt would mix two experiments in one file.
 */
export function resumeConflict(before: RunManifest, now: RunManifest): string | null {
  const pairs: [string, unknown, unknown][] = [
    ['experiment', before.experiment, now.experiment],
    ['record version', before.recordVersion, now.recordVersion],
    ['model weights', before.model.weightHash, now.model.weightHash],
    ['settings of the model (its JSON files)', before.model.settingsHash, now.model.settingsHash],
    ['weight type', before.model.dtype, now.model.dtype],
    ['type that is computed in', computedIn(before), computedIn(now)],
    ['provider', before.runtime.provider, now.runtime.provider],
    ['data set', before.dataset.hash, now.dataset.hash],
    ['seed', before.seed, now.seed],
    ['prompt', before.prompt, now.prompt],
    ['prompt in the chat template', before.renderedPrompt, now.renderedPrompt],
    ['image processor', JSON.stringify(before.imageProcessor), JSON.stringify(now.imageProcessor)],
    ['list of tokens for Yes', before.yesTokenIds.join(), now.yesTokenIds.join()],
    ['list of tokens for No', before.noTokenIds.join(), now.noTokenIds.join()],
    ['batch size', before.picturesPerBatch, now.picturesPerBatch],
    ['schemes', labels(before), labels(now)],
    ['set of options', JSON.stringify(before.settings), JSON.stringify(now.settings)],
  ];
  // More groups go on where the run stopped; fewer would drop what is there.
  if (now.groups < before.groups) pairs.push(['number of groups', before.groups, now.groups]);
  const conflict = pairs.find(([, old, current]) => old !== current);
  if (!conflict) return null;
  const [what, old, current] = conflict;
  return `The run to resume has another ${what}: it was ${String(old)}, now it is ${String(current)}. Use the same settings or another folder.`;
}

function computedIn({ runtime }: RunManifest): string {
  return runtime.compute ?? 'float32';
}

function labels(manifest: RunManifest): string {
  return manifest.schemes.map(({ label, strength }) => `${label} (${strength})`).join(', ');
}

/** A manifest as its file's text. */
export function formatManifest(manifest: RunManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * Reads a manifest.
 * @param where the file, for messages
 * @throws a sentence where it is no manifest of a run, or of a newer version
 */
export function parseManifest(text: string, where: string): RunManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${where} should hold a run's manifest, but is not valid JSON.`, {
      cause: error,
    });
  }
  const found = value as Partial<RunManifest> | null;
  if (typeof found?.version === 'number' && found.version > MANIFEST_VERSION)
    throw new Error(
      `${where} was written by a newer version of the workbench (manifest ${found.version}, here ${MANIFEST_VERSION}). Update the workbench to go on with it.`,
    );
  const wrong =
    typeof found?.version === 'number' ? wrongField(found) : 'the field "version" is missing';
  if (wrong !== undefined) throw new Error(`${where} should hold a run's manifest, but ${wrong}.`);
  return found as RunManifest;
}
