import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Transformers from '@huggingface/transformers';
import { openCheckpoint } from '../../src/models/checkpoint.ts';
import { exportForTransformersJs } from '../../src/models/transformers-js/export.ts';
import { FolderSource } from '../../src/runtime/folder-source.ts';
import { FolderStore } from '../../src/runtime/folder-store.ts';
import type { HostTensor } from '../../src/tensor/tensor.ts';

/** Where a JavaScript runtime leaves its own onnxruntime for transformers.js to find. */
const ORT_SYMBOL = Symbol.for('onnxruntime');

export type PeerProvider = 'cpu' | 'wasm';

/** transformers.js on the same weights, as `bapa convert --dtype fp32` writes them. One provider for each process. */
export class Peer {
  readonly version: string;
  private readonly library: typeof Transformers;
  private readonly model: Transformers.PreTrainedModel;

  private constructor(library: typeof Transformers, model: Transformers.PreTrainedModel) {
    this.library = library;
    this.model = model;
    this.version = library.env.version;
  }

  /** Exports the checkpoint in `folder` into `root`, which stays the caller's, and loads the export. */
  static async open(folder: string, root: string, provider: PeerProvider): Promise<Peer> {
    const checkpoint = await openCheckpoint(new FolderSource(folder));
    const store = new FolderStore(root);
    const files = await exportForTransformersJs({
      checkpoint,
      dtype: 'fp32',
      store,
      entry: 'peer',
    });
    if (provider === 'wasm') await offerWasm();
    const library = await import('@huggingface/transformers');
    library.env.allowRemoteModels = false;
    library.env.localModelPath = root;
    const model = await library.AutoModelForImageTextToText.from_pretrained('peer', {
      dtype: 'fp32',
      // With an onnxruntime of the caller's it knows no device by name.
      device: provider === 'cpu' ? 'cpu' : 'auto',
      session_options: {
        executionProviders: [provider],
        ...(provider === 'wasm' && { externalData: await dataFiles(join(root, 'peer'), files) }),
      },
    });
    return new Peer(library, model);
  }

  /**
   * One forward pass, picture encoding included: logits f32 `[rows, kept, vocab]` of the last `keep`
   * tokens of each row, of all where it is 0. `ids`: prompts of one length; `pixels`: one picture each.
   */
  async logits(
    ids: readonly (readonly number[])[],
    pixels: HostTensor<'float32'>,
    keep: number,
  ): Promise<Float32Array> {
    const { Tensor } = this.library;
    const dims = [ids.length, ids[0]!.length];
    const flat = BigInt64Array.from(ids.flat(), BigInt);
    const outputs = (await this.model({
      input_ids: new Tensor('int64', flat, dims),
      attention_mask: new Tensor('int64', new BigInt64Array(flat.length).fill(1n), dims),
      pixel_values: new Tensor('float32', pixels.data, [...pixels.shape]),
      num_logits_to_keep: new Tensor('int64', [BigInt(keep)], []),
    })) as { logits: Transformers.Tensor };
    return outputs.logits.data as Float32Array;
  }

  async dispose(): Promise<void> {
    await this.model.dispose();
  }
}

/**
 * In Node transformers.js 4.3.1 leaves it to onnxruntime to find data files beside a graph
 * (`getSession` in session.js), which onnxruntime-web cannot: "Module.MountedFiles is not available".
 */
async function dataFiles(folder: string, files: ReadonlyMap<string, number>) {
  const paths = [...files.keys()].filter((path) => path.includes('.onnx_data'));
  const read = async (path: string) => ({
    path: basename(path),
    data: new Uint8Array(await readFile(join(folder, path))),
  });
  return Promise.all(paths.map(read));
}

/**
 * In Node transformers.js knows onnxruntime-node only, unless it finds another onnxruntime waiting.
 * Then it would fetch the wasm file from a CDN, unless told where it lies.
 */
async function offerWasm(): Promise<void> {
  const ort = await import('onnxruntime-web');
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
  ort.env.wasm.wasmPaths = `${pathToFileURL(folder).href}/`;
  Object.defineProperty(globalThis, ORT_SYMBOL, { value: ort });
}
