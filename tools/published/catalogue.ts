/**
 * The rows of models.json, counted from what is published: no size in it is typed by hand.
 *
 * - `formats.*.bytes`: the tensors of the graphs that a conversion writes under the plan of that name
 *   (src/models/formats.ts), built here without weights. A matrix [N, K] in 8 or 4 bits takes N · ⌈K / 32⌉
 *   blocks of 32 codes and a float32 scale; in floats N · K of its type. Norms, biases, convolutions and
 *   position tables stay float32. A tied head is the embedding's matrix once more, in the decoder's graph.
 * - `run`: one grid picture of the probe and a question of `TEXT_TOKENS`, under both schemes where the
 *   runtime takes two rows at once. `bytes` are the cache and activations of src/runtime/batch-limit.ts,
 *   the decoder's and the vision encoder's together, because onnxruntime keeps both.
 * - `gpuMemory`: weights and run.
 */
import { readFile } from 'node:fs/promises';
import { processImage } from '../../src/data/image-processors.ts';
import { openCheckpoint, type Checkpoint } from '../../src/models/checkpoint.ts';
import { buildDecoderGraph } from '../../src/models/decoder.ts';
import { buildEmbedGraph } from '../../src/models/embed.ts';
import { buildVisionGraph, openModel } from '../../src/models/families.ts';
import { PLANS } from '../../src/models/formats.ts';
import type { PublishedFacts, TensorTable } from '../../src/models/published.ts';
import type { ModelSpec } from '../../src/models/spec.ts';
import { shapeCheckpoint } from '../../src/models/testing/shape-weights.ts';
import { visionEncoder } from '../../src/models/vision.ts';
import {
  FORMATS,
  type CatalogueFormat,
  type CatalogueModel,
  type FormatSize,
} from '../../src/protocol/catalogue.ts';
import { decoderRowBytes, pictureBytes, rowsPerRun } from '../../src/runtime/batch-limit.ts';
import { FolderSource } from '../../src/runtime/folder-source.ts';
import { byteCount } from '../../src/tensor/lazy.ts';
import { elementCount } from '../../src/tensor/tensor.ts';
import { publishedFolders, readPublished } from './facts.ts';

/** Of the probe's question in its chat template, and what is generated: above what any family takes. */
const TEXT_TOKENS = 128;
/** Pixels of a side of the probe's grid. */
const GRID_SIDE = 504;
/** Standard and balanced. */
const SCHEMES = 2;

const EMBEDDED = { id: 'emoji-llava', path: 'models/emoji-llava' };

/** Ids in the order in which the page lists the models, which is by size. */
const IDS: Readonly<Record<string, string>> = {
  'Qwen/Qwen2-VL-2B-Instruct': 'qwen2-vl-2b',
  'Qwen/Qwen2.5-VL-3B-Instruct': 'qwen2.5-vl-3b',
  'google/gemma-3-4b-it': 'gemma-3-4b',
  'llava-hf/llava-1.5-7b-hf': 'llava-1.5-7b',
  'llava-hf/llava-v1.6-mistral-7b-hf': 'llava-v1.6-mistral-7b',
  'Qwen/Qwen2.5-VL-7B-Instruct': 'qwen2.5-vl-7b',
  'llava-hf/llama3-llava-next-8b-hf': 'llama3-llava-next-8b',
  'google/gemma-3-12b-it': 'gemma-3-12b',
};

/** All rows: the embedded model, then the published ones. */
export async function makeCatalogue(): Promise<CatalogueModel[]> {
  const found = new Map<string, CatalogueModel>();
  for (const folder of publishedFolders()) {
    const row = await publishedRow(folder);
    found.set(row.repository!, row);
  }
  return [await embeddedRow(), ...Object.keys(IDS).map((repository) => found.get(repository)!)];
}

/** models.json as it should be. */
export async function catalogueText(): Promise<string> {
  return `${JSON.stringify({ models: await makeCatalogue() }, null, 2)}\n`;
}

async function publishedRow(folder: string): Promise<CatalogueModel> {
  const facts = readPublished<PublishedFacts>(folder, 'facts.json');
  const { dtype, bytes, parameters } = readPublished<TensorTable>(folder, 'tensors.json');
  const { repository, revision, licence, gated } = facts;
  return {
    id: IDS[repository]!,
    name: repository.split('/')[1]!,
    path: null,
    repository,
    revision,
    ...(await sizes(await shapeCheckpoint(folder), ['fp16', 'q8', 'q4'])),
    licence,
    gated,
    checkpoint: { dtype: dtype === 'BF16' ? 'bfloat16' : 'float16', bytes, parameters },
  };
}

async function embeddedRow(): Promise<CatalogueModel> {
  const folder = `public/${EMBEDDED.path}`;
  const checkpoint = await openCheckpoint(new FolderSource(folder));
  const weights = await readFile(`${folder}/model.safetensors`);
  const tensors = [...checkpoint.tensors.values()];
  return {
    id: EMBEDDED.id,
    name: EMBEDDED.id,
    path: EMBEDDED.path,
    repository: null,
    revision: null,
    ...(await sizes(checkpoint, FORMATS)),
    licence: 'Apache-2.0',
    gated: false,
    checkpoint: {
      dtype: tensors[0]!.dtype,
      bytes: weights.byteLength,
      parameters: tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    },
  };
}

async function sizes(checkpoint: Checkpoint, offered: readonly CatalogueFormat[]) {
  const { spec, parts } = await readParts(checkpoint);
  const run = runOf(spec);
  const formats: Partial<Record<CatalogueFormat, FormatSize>> = {};
  for (const format of offered) {
    const tensors = await storedTensors(checkpoint, format);
    const bytes = tensors.reduce((sum, tensor) => sum + tensor, 0);
    formats[format] = {
      bytes,
      largestTensor: Math.max(...tensors),
      gpuMemory: bytes + run.bytes,
    };
  }
  return { family: spec.family, parts, run, formats };
}

/** Bytes of every tensor of a conversion, by building its graphs. */
async function storedTensors(checkpoint: Checkpoint, format: CatalogueFormat): Promise<number[]> {
  const { config, weights } = await openModel(checkpoint, PLANS[format]);
  const graphs = [
    await buildVisionGraph(config, weights),
    await buildEmbedGraph(config.decoder, weights),
    await buildDecoderGraph(config.decoder, weights),
  ];
  return graphs.flatMap(({ initializers }) =>
    [...initializers.values()].map(({ lazy, rawData }) =>
      lazy ? byteCount(lazy) : (rawData?.byteLength ?? 0),
    ),
  );
}

/** Parameters of each part, by what its graph reads. */
async function readParts(checkpoint: Checkpoint) {
  const read = new Set<string>();
  const noting: Checkpoint = {
    ...checkpoint,
    lazyTensor: (name) => (read.add(name), checkpoint.lazyTensor(name)),
    readTensor: (name) => (read.add(name), checkpoint.readTensor(name)),
  };
  const { config, spec, weights } = await openModel(noting);
  const taken = (wanted?: (name: string) => boolean) => {
    const names = wanted ? [...read].filter(wanted) : [...read];
    const counts = names.map((name) => elementCount(checkpoint.tensors.get(name)!.shape));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  await buildVisionGraph(config, weights);
  const vision = taken();
  read.clear();
  await buildEmbedGraph(config.decoder, weights);
  const [embedding, embeddingNames] = [taken(), new Set(read)];
  read.clear();
  await buildDecoderGraph(config.decoder, weights);
  const isHead = (name: string) => name.endsWith('lm_head.weight');
  const decoder = taken((name) => !isHead(name) && !embeddingNames.has(name));
  return { spec, parts: { vision, embedding, decoder, head: taken(isHead) } };
}

function runOf(spec: ModelSpec): CatalogueModel['run'] {
  const grid = {
    width: GRID_SIDE,
    height: GRID_SIDE,
    data: new Uint8Array(3 * GRID_SIDE ** 2),
  };
  const picture = processImage(grid, spec.imageProcessor);
  const [run] = visionEncoder(spec.vision).runs(spec.vision, [picture]);
  const tokensPerImage = run!.images[0]!.tokens;
  const tokens = tokensPerImage + TEXT_TOKENS;
  const { decoder } = spec;
  const rows = Math.min(SCHEMES, rowsPerRun(decoder, tokens));
  const bytes = rows * decoderRowBytes(decoder, tokens) + pictureBytes({ tokensPerImage, decoder });
  return { tokens, rows, bytes };
}
