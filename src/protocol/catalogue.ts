/** The models that the workbench knows: `models.json`, and what a machine can hold of them. */

/** How a model's matrices are stored, all parts alike. */
export const FORMATS = ['fp32', 'fp16', 'q8', 'q4'] as const;
export type CatalogueFormat = (typeof FORMATS)[number];

/** A model in one format; all in bytes. */
export interface FormatSize {
  /** Weights, as stored after conversion and as held by the GPU. */
  readonly bytes: number;
  /** The largest single tensor among them, which one GPU buffer has to hold. */
  readonly largestTensor: number;
  /** Weights and one run. */
  readonly gpuMemory: number;
}

export interface CatalogueModel {
  /** How commands and addresses name it. */
  readonly id: string;
  readonly name: string;
  /** Folder beside the page, of a model that comes with it; null: it is downloaded. */
  readonly path: string | null;
  /** `owner/name` on the hub, and the commit; null for a model that comes with the page. */
  readonly repository: string | null;
  readonly revision: string | null;
  /** `model_type` of its config. */
  readonly family: string;
  readonly licence: string;
  /** The hub asks for an account that accepted the licence. */
  readonly gated: boolean;
  /** The checkpoint as published. */
  readonly checkpoint: {
    readonly dtype: string;
    readonly bytes: number;
    readonly parameters: number;
  };
  /** Parameters of each part; a tied head's matrix is the embedding's, and counted there. */
  readonly parts: Readonly<Record<'vision' | 'embedding' | 'decoder' | 'head', number>>;
  /** The run that `gpuMemory` counts: one picture and its question under `rows` schemes. */
  readonly run: { readonly tokens: number; readonly rows: number; readonly bytes: number };
  readonly formats: Readonly<Partial<Record<CatalogueFormat, FormatSize>>>;
}

/** What is known of the machine that shall run a model; what is not known is left out. */
export interface MachineLimits {
  /** WebGPU's limits of the same names, in bytes. */
  readonly maxBufferSize?: number | undefined;
  readonly maxStorageBufferBindingSize?: number | undefined;
  /** Bytes that weights and runs may take together. */
  readonly memory?: number | undefined;
  /** What the memory is called in sentences. */
  readonly memoryOf?: string | undefined;
  /** Where false, onnxruntime widens fp16 weights to float32 when it loads them. */
  readonly halfFloats?: boolean | undefined;
}

export type Fit = { readonly fits: true } | { readonly fits: false; readonly why: string };

/** onnxruntime's wasm builds address 4 GiB, weights and runs together. */
export const WASM_LIMITS: MachineLimits = {
  memory: 2 ** 32,
  memoryOf: 'WebAssembly, on which models run without WebGPU,',
  halfFloats: false,
};

/** What a model in a format takes on a machine; undefined where it is not offered. */
export function sizeOn(
  model: CatalogueModel,
  format: CatalogueFormat,
  { halfFloats }: MachineLimits,
): FormatSize | undefined {
  const size = model.formats[format];
  if (!size || format !== 'fp16' || halfFloats !== false) return size;
  const { bytes, largestTensor, gpuMemory } = size;
  return { bytes, largestTensor: 2 * largestTensor, gpuMemory: gpuMemory + bytes };
}

/** Whether a machine can hold a model in a format, or the sentence why not. */
export function fits(model: CatalogueModel, format: CatalogueFormat, limits: MachineLimits): Fit {
  const size = sizeOn(model, format, limits);
  if (!size) return no(`${model.name} is not offered in ${format}.`);
  const { maxBufferSize, maxStorageBufferBindingSize, memory, memoryOf = 'this machine' } = limits;
  const buffers = [
    [maxBufferSize, 'a GPU buffer (maxBufferSize)'],
    [maxStorageBufferBindingSize, 'what a GPU kernel reads at once (maxStorageBufferBindingSize)'],
  ] as const;
  for (const [limit, what] of buffers)
    if (limit !== undefined && size.largestTensor > limit)
      return no(
        `One of its matrices takes ${gigabytes(size.largestTensor)} as ${format}, but ${what} holds at most ${gigabytes(limit)} on this graphics adapter.`,
      );
  if (memory !== undefined && size.gpuMemory > memory)
    return no(
      `It takes about ${gigabytes(size.gpuMemory)} as ${format} (weights ${gigabytes(size.gpuMemory - model.run.bytes)}, a run of ${model.run.tokens} tokens ${gigabytes(model.run.bytes)}), but ${memoryOf} has ${gigabytes(memory)}.`,
    );
  return { fits: true };
}

function no(why: string): Fit {
  return { fits: false, why };
}

/** `4.5 GB`, `12 MB`. */
export function gigabytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  if (bytes < 1e8) return `${(bytes / 1e6).toFixed(1)} MB`;
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** Reads `models.json`. @throws a sentence that names the model and the field. */
export function parseCatalogue(text: string): CatalogueModel[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error('models.json is not valid JSON; restore it.', { cause: error });
  }
  const models = (json as { models?: unknown } | null)?.models;
  if (!Array.isArray(models)) throw new Error('models.json should hold a list named models.');
  return models.map((model, index) => checkedModel(model, `model ${index + 1}`));
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isTextOrNull: Check = (value) => value === null || isText(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

type Field = readonly [path: string, check: Check, expected: string];

const FIELDS: readonly Field[] = [
  ['id', isText, 'a text'],
  ['name', isText, 'a text'],
  ['path', isTextOrNull, 'a folder or null'],
  ['repository', isTextOrNull, 'a repository or null'],
  ['revision', isTextOrNull, 'a commit or null'],
  ['family', isText, 'a text'],
  ['licence', isText, 'a text'],
  ['gated', (value) => typeof value === 'boolean', 'true or false'],
  ['checkpoint.dtype', isText, 'a text'],
  ...counts('checkpoint', ['bytes', 'parameters']),
  ...counts('parts', ['vision', 'embedding', 'decoder', 'head']),
  ...counts('run', ['tokens', 'rows', 'bytes']),
];

function counts(of: string, names: readonly string[]): Field[] {
  return names.map((name) => [`${of}.${name}`, isCount, 'a whole number']);
}

function checkedModel(value: unknown, which: string): CatalogueModel {
  const id = at(value, 'id');
  const where = `models.json, ${isText(id) ? String(id) : which}`;
  requireFields(value, where, FIELDS);
  const model = value as CatalogueModel;
  if (model.path === null && (model.repository === null || model.revision === null))
    throw new Error(`${where}: a model without a path should have a repository and a revision.`);
  const formats = Object.keys(model.formats ?? {});
  if (formats.length === 0) throw new Error(`${where}: formats should name at least one.`);
  for (const format of formats) {
    if (!(FORMATS as readonly string[]).includes(format))
      throw new Error(`${where}: the format ${format} is none of ${FORMATS.join(', ')}.`);
    requireFields(
      value,
      where,
      counts(`formats.${format}`, ['bytes', 'largestTensor', 'gpuMemory']),
    );
  }
  return model;
}

function requireFields(value: unknown, where: string, fields: readonly Field[]): void {
  for (const [path, check, expected] of fields)
    if (!check(at(value, path)))
      throw new Error(
        `${where}: ${path} should be ${expected}, but ${JSON.stringify(at(value, path))} was found.`,
      );
}

function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null)?.[key], value);
}
