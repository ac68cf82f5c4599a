/**
 * The rows of models.json, counted from what is published: no size in it is typed by hand.
 *
 * - `formats.*.bytes`: every tensor that the three graphs read, and a head of its own where the published
 *   one is tied (embedding and head are two graphs, and each holds its matrix). A matrix [N, K] in 8 or 4
 *   bits takes N · ⌈K / 32⌉ blocks of 32 codes and a float32 scale; in floats N · K of its type. Norms,
 *   biases, convolutions and position tables stay float32, in every format.
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
import type { PublishedFacts, TensorTable } from '../../src/models/published.ts';
import type { ModelSpec } from '../../src/models/spec.ts';
import { shapeCheckpoint, shapeWeights } from '../../src/models/testing/shape-weights.ts';
import { visionEncoder } from '../../src/models/vision.ts';
import {
  FORMATS,
  type CatalogueFormat,
  type CatalogueModel,
} from '../../src/protocol/catalogue.ts';
import { decoderRowBytes, pictureBytes, rowsPerRun } from '../../src/runtime/batch-limit.ts';
import { FolderSource } from '../../src/runtime/folder-source.ts';
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

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

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
  const formats = Object.fromEntries(
    offered.map((format) => {
      const taken = [...Object.values(parts).flat(), ...headCopy(parts)].map((tensor) =>
        storedParts(tensor, format),
      );
      const bytes = taken.flat().reduce((sum, part) => sum + part, 0);
      const largestTensor = Math.max(...taken.flat());
      return [format, { bytes, largestTensor, gpuMemory: bytes + run.bytes }];
    }),
  );
  const parameters = (tensors: readonly Tensor[]) =>
    tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return {
    family: spec.family,
    parts: {
      vision: parameters(parts.vision),
      embedding: parameters(parts.embedding),
      decoder: parameters(parts.decoder),
      head: parameters(parts.head),
    },
    run,
    formats,
  };
}

/** The tensors that each graph reads, by building all three. */
async function readParts(checkpoint: Checkpoint) {
  const read: string[] = [];
  const shapes: Checkpoint = {
    ...checkpoint,
    readTensor: async (name) => {
      read.push(name);
      const { shape } = checkpoint.tensors.get(name)!;
      return { dtype: 'float32', shape, data: new Float32Array() };
    },
  };
  const { config, spec, weights: opened } = await openModel(shapes);
  const weights = shapeWeights(opened);
  const take = () => read.splice(0).map((name) => ({ name, ...checkpoint.tensors.get(name)! }));
  await buildVisionGraph(config, weights);
  const vision = take();
  await buildEmbedGraph(config.decoder, weights);
  const embedding = take();
  await buildDecoderGraph(config.decoder, weights);
  const all = take();
  const isHead = ({ name }: Tensor) => name.endsWith('lm_head.weight');
  const isEmbedding = ({ name }: Tensor) => embedding.some((tensor) => tensor.name === name);
  return {
    spec,
    parts: {
      vision,
      embedding,
      decoder: all.filter((tensor) => !isHead(tensor) && !isEmbedding(tensor)),
      head: all.filter(isHead),
    },
  };
}

/** The embedding's matrix once more where the head is tied to it. */
function headCopy(parts: { head: readonly Tensor[]; embedding: readonly Tensor[] }) {
  return parts.head.length === 0 ? parts.embedding : [];
}

/** Bytes of the tensors that one tensor is stored as. */
function storedParts({ name, shape }: Tensor, format: CatalogueFormat): number[] {
  const elements = elementCount(shape);
  const isMatrix = shape.length === 2 && !name.includes('position_embedding');
  if (!isMatrix || format === 'fp32') return [4 * elements];
  if (format === 'fp16') return [2 * elements];
  const blocks = (elements / shape[1]!) * Math.ceil(shape[1]! / 32);
  return [blocks * (format === 'q8' ? 32 : 16), blocks * 4];
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
