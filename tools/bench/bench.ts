/**
 * `npm run bench`: our runtime beside transformers.js on the same weights, provider (cpu) and prompts, one
 * after the other in one run; the cost of balanced over standard; the time from toggle to answer.
 * It prints figures and asserts none.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  AutoModelForImageTextToText,
  env,
  Tensor,
  type PreTrainedModel,
} from '@huggingface/transformers';
import { openDataset } from '../../src/cli/open-dataset.ts';
import { findModel } from '../../src/cli/places.ts';
import { gridPictures, makeGroups } from '../../src/data/groups.ts';
import { composeGrid } from '../../src/data/grid.ts';
import { pixelValues } from '../../src/data/pixel-values.ts';
import { LiveProbe } from '../../src/experiments/live.ts';
import { probePrompt } from '../../src/experiments/probe-prompt.ts';
import { openCheckpoint } from '../../src/models/checkpoint.ts';
import { exportForTransformersJs } from '../../src/models/transformers-js-export.ts';
import { FolderSource } from '../../src/runtime/folder-source.ts';
import type { RuntimeEngine } from '../../src/runtime/model-engine.ts';
import { openEngine } from '../../src/runtime/open-engine-node.ts';
import type { RgbImage } from '../../src/tensor/image.ts';

const ROUNDS = 5;

interface Item {
  readonly image: RgbImage;
  readonly caption: string;
}

/** Nine composites of one group, target in each cell, as the probe makes them. */
async function makeItems(): Promise<Item[]> {
  const dataset = await openDataset('emoji-probe');
  const [group] = makeGroups(dataset.items, { groups: 1, seed: 7 });
  if (group === undefined) throw new Error('The data set emoji-probe gave no group to measure on.');
  const caption = dataset.items.find(({ id }) => id === group.target)?.caption ?? group.target;
  return Promise.all(
    Array.from({ length: 9 }, async (_, cell) => {
      const ids = gridPictures(group, cell);
      const pictures = await Promise.all(
        ids.map((id) => (id === null ? null : dataset.picture(id))),
      );
      return { image: composeGrid(pictures, dataset.cell), caption };
    }),
  );
}

/** Median milliseconds of `ROUNDS` calls, after one that is not counted. */
async function median(work: () => Promise<unknown>): Promise<number> {
  await work();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number;
}

async function openPeer(folder: string, root: string): Promise<PreTrainedModel> {
  const checkpoint = await openCheckpoint(new FolderSource(folder));
  for (const [path, bytes] of await exportForTransformersJs(checkpoint)) {
    const target = join(root, 'peer', path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }
  env.allowRemoteModels = false;
  env.localModelPath = root;
  return AutoModelForImageTextToText.from_pretrained('peer', { device: 'cpu', dtype: 'fp32' });
}

/** Encodes nine pictures and asks about each under the given strengths, as the probe's batches do. */
async function ours(engine: RuntimeEngine, items: readonly Item[], strengths: number[]) {
  const { imageProcessor } = engine.info.spec;
  const features = await engine.encodeImages(
    pixelValues(
      items.map((i) => i.image),
      imageProcessor,
    ),
  );
  const questions = items.map(({ caption }, i) => ({
    image: features[i]!,
    text: probePrompt(caption),
  }));
  await engine.answer(questions, strengths, 1);
  features.forEach((each) => each.release());
}

/** The same nine forward passes in transformers.js: one batch, prompt ids made by our tokenizer. */
async function theirs(peer: PreTrainedModel, engine: RuntimeEngine, items: readonly Item[]) {
  const pixels = pixelValues(
    items.map((i) => i.image),
    engine.info.spec.imageProcessor,
  );
  const ids = items.map(({ caption }) => [...engine.promptIds(probePrompt(caption))]);
  const length = ids[0]!.length;
  const flat = BigInt64Array.from(ids.flat().map((id) => BigInt(id)));
  await peer({
    input_ids: new Tensor('int64', flat, [ids.length, length]),
    attention_mask: new Tensor('int64', new BigInt64Array(flat.length).fill(1n), [
      ids.length,
      length,
    ]),
    pixel_values: new Tensor('float32', pixels.data, [...pixels.shape]),
  });
}

async function main(): Promise<void> {
  const place = await findModel('emoji-llava');
  const items = await makeItems();
  const root = await mkdtemp(join(tmpdir(), 'bapa-bench-'));
  const engine = await openEngine({
    source: new FolderSource(place.folder),
    name: 'emoji-llava',
    provider: 'cpu',
  });
  try {
    const peer = await openPeer(place.folder, root);
    const own = await median(() => ours(engine, items, [0]));
    const other = await median(() => theirs(peer, engine, items));
    const both = await median(() => ours(engine, items, [0, 1]));
    const balanced = await median(() => ours(engine, items, [1]));
    const live = new LiveProbe(engine);
    let strength = 0;
    const toggle = await median(() =>
      live.ask({ ...items[0]!, strengths: [(strength = 1 - strength)] }),
    );
    await live.dispose();
    const rate = (milliseconds: number) => ((items.length * 1000) / milliseconds).toFixed(1);
    console.log(
      `provider cpu, ${engine.info.adapter}, median of ${ROUNDS} rounds of ${items.length} passes`,
    );
    console.log(`BaPA Workbench            ${rate(own)} passes/s`);
    console.log(`transformers.js           ${rate(other)} passes/s`);
    console.log(`ratio                     ${(other / own).toFixed(2)}`);
    console.log(`balanced over standard    ${(balanced / own).toFixed(2)} times the time`);
    console.log(
      `both schemes over one     ${(both / own).toFixed(2)} times the time, one encoding`,
    );
    console.log(`from toggle to answer     ${toggle.toFixed(0)} ms, picture already encoded`);
    await peer.dispose();
  } finally {
    await engine.dispose();
    await rm(root, { recursive: true });
  }
}

await main();
