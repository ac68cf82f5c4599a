/**
 * One provider's part of the bench, in a process of its own: `measure.ts <cpu|wasm> <rounds>`. Our
 * runtime and transformers.js do the same passes in turns; both must give the same logits first.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findModel } from '../../src/cli/places.ts';
import { processImage } from '../../src/data/image-processors.ts';
import { LiveProbe } from '../../src/experiments/live.ts';
import type { Answer } from '../../src/runtime/engine.ts';
import { FolderSource } from '../../src/runtime/folder-source.ts';
import type { RuntimeEngine } from '../../src/runtime/model-engine.ts';
import { openEngine } from '../../src/runtime/open-engine-node.ts';
import { stackPixels } from '../../src/models/clip-encoder.ts';
import type { ProcessedImage } from '../../src/tensor/image-processor.ts';
import type { HostTensor } from '../../src/tensor/tensor.ts';
import { measureFlow } from './flow.ts';
import { makeItems, type Item } from './items.ts';
import { Peer, type PeerProvider } from './peer.ts';
import { measurePerception } from './perception.ts';
import { ratios, spread, timeRounds, type Times } from './rounds.ts';

const MODEL = 'emoji-llava';
/** As the golden outputs. */
const TOLERANCE = 1e-3;
/** A perception map takes as long as many passes. */
const ROUNDS_A_MAP = 4;

/** Some items with their pixels and prompts, so that both sides start from the same tensors. */
interface Batch {
  readonly items: readonly Item[];
  readonly pictures: readonly ProcessedImage[];
  /** The pictures' pixels, `[items, 3, height, width]`. */
  readonly pixels: HostTensor<'float32'>;
  readonly ids: readonly (readonly number[])[];
}

async function makeBatch(engine: RuntimeEngine, items: readonly Item[]): Promise<Batch> {
  const { imageProcessor } = engine.info.spec;
  const pictures = items.map(({ image }) => processImage(image, imageProcessor));
  const features = await engine.encodeImages(pictures);
  const ids = items.map(({ text }, i) => engine.promptIds({ images: [features[i]!], text }));
  for (const feature of features) feature.release();
  const [first] = pictures as [ProcessedImage];
  return { items, pictures, pixels: stackPixels(pictures, first.pixels.shape), ids };
}

/** From pixels and texts to answers, as a batch of the probe: every picture is encoded. */
async function ours(
  engine: RuntimeEngine,
  { items, pictures }: Batch,
  strengths: readonly number[],
) {
  const features = await engine.encodeImages(pictures);
  const questions = items.map(({ text }, i) => ({ images: [features[i]!], text }));
  const answers = await engine.answer(questions, strengths, 1);
  for (const feature of features) feature.release();
  return answers;
}

/** The same in transformers.js, each prompt's last logits; its tokens come from the same tokenizer. */
function theirs(peer: Peer, { ids, pixels }: Batch) {
  return peer.logits(ids, pixels, 1);
}

/**
 * Largest difference between the two over all logits of all prompts, and over the timed margins.
 * @throws a sentence where they do not do the same work
 */
async function compare(engine: RuntimeEngine, peer: Peer, batch: Batch): Promise<number> {
  const { ids, pixels } = batch;
  const shape = [ids.length, ids[0]!.length];
  const input_ids = {
    dtype: 'int64',
    shape,
    data: BigInt64Array.from(ids.flat(), BigInt),
  } as const;
  const own = await engine.computeLogits(
    { input_ids, pictures: new Map([['pixel_values', pixels]]) },
    0,
  );
  const other = await peer.logits(ids, pixels, 0);
  const everywhere = largestDifference(own.logits.data, other);
  const answers = (await ours(engine, batch, [0])).map(([answer]) => answer!);
  if (answers.some(({ decoded }) => decoded))
    throw new Error(
      'An answer of the bench began with neither Yes nor No, so its timing would hold a second pass; choose another group in tools/bench/items.ts.',
    );
  const margins = peerMargins(engine, await theirs(peer, batch), answers.length);
  const timed = largestDifference(
    answers.map(({ margin }: Answer) => margin),
    margins,
  );
  const worst = Math.max(everywhere, timed);
  if (!(worst <= TOLERANCE))
    throw new Error(
      `Our runtime and transformers.js should give the same logits within ${TOLERANCE}, but differ by ${everywhere} (all logits) and ${timed} (timed margins). Their times cannot be compared until they agree.`,
    );
  return worst;
}

function peerMargins(engine: RuntimeEngine, logits: Float32Array, rows: number): number[] {
  const vocab = logits.length / rows;
  const { yesTokenIds, noTokenIds } = engine.info;
  return Array.from({ length: rows }, (_, row) => {
    const best = (ids: readonly number[]) =>
      Math.max(...ids.map((id) => logits[row * vocab + id] as number));
    return best(yesTokenIds) - best(noTokenIds);
  });
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0)
    throw new Error(
      `Our runtime gave ${a.length} logits and transformers.js ${b.length}, where both should give as many for the same prompts.`,
    );
  let largest = 0;
  for (let i = 0; i < a.length; i += 1) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Times one batch size and prints it. */
async function measure(engine: RuntimeEngine, peer: Peer, batch: Batch, rounds: number) {
  const times = await timeRounds(
    {
      ours: () => ours(engine, batch, [0]),
      theirs: () => theirs(peer, batch),
      balanced: () => ours(engine, batch, [1]),
      both: () => ours(engine, batch, [0, 1]),
    },
    rounds,
  );
  const passes = batch.items.length;
  const rate = ({ wall }: Times) => {
    const rates = wall.map((milliseconds) => (passes * 1000) / milliseconds);
    return `${spread(rates, 1)}, best ${Math.max(...rates).toFixed(1)} passes/s`;
  };
  const over = (a: Times, b: Times) =>
    `${spread(ratios(a.wall, b.wall), 2)}, in processor time ${spread(ratios(a.processor, b.processor), 2)}`;
  console.log(`  batch of ${passes}`);
  console.log(`    BaPA Workbench          ${rate(times.ours)}`);
  console.log(`    transformers.js ${peer.version}   ${rate(times.theirs)}`);
  console.log(`    ratio                   ${over(times.theirs, times.ours)}`);
  console.log(`    balanced / standard     ${over(times.balanced, times.ours)}`);
  console.log(`    both / standard         ${over(times.both, times.ours)}`);
}

/** Time of an answer after the switch between standard and balanced, the picture being encoded. */
async function measureToggle(engine: RuntimeEngine, item: Item, rounds: number) {
  const live = new LiveProbe(engine);
  let strength = 0;
  const ask = () => live.ask({ ...item, strengths: [(strength = 1 - strength)] });
  await ask();
  const { toggle } = await timeRounds({ toggle: ask }, rounds * 4);
  await live.dispose();
  const best = Math.min(...toggle.wall).toFixed(1);
  console.log(
    `  from toggle to answer     ${spread(toggle.wall, 1)}, best ${best} ms, picture already encoded`,
  );
}

async function main(provider: PeerProvider, rounds: number): Promise<void> {
  const place = await findModel(MODEL);
  const items = await makeItems();
  const root = await mkdtemp(join(tmpdir(), 'bapa-bench-'));
  const source = new FolderSource(place.folder);
  const engine = await openEngine({ source, name: MODEL, provider });
  try {
    const peer = await Peer.open(place.folder, root, provider);
    const one = await makeBatch(engine, items.slice(0, 1));
    const nine = await makeBatch(engine, items);
    const versions = Object.entries(engine.info.versions).map((entry) => entry.join(' '));
    const tokens = one.ids[0]!.length;
    console.log(`\nprovider ${provider} (${versions.join(', ')})`);
    console.log(
      `  ${MODEL} in fp32, prompts of ${tokens} tokens, ${rounds} rounds, median (quartiles)`,
    );
    const worst = await compare(engine, peer, nine);
    console.log(`  same outputs: logits and margins differ by at most ${worst.toExponential(1)}`);
    for (const batch of [one, nine]) await measure(engine, peer, batch, rounds);
    await measureToggle(engine, items[0]!, rounds);
    await measureFlow(engine, items[0]!, rounds);
    const mapRounds = Math.max(3, Math.ceil(rounds / ROUNDS_A_MAP));
    await measurePerception(engine, peer, items[0]!, one.ids[0]!, mapRounds);
    await peer.dispose();
  } finally {
    await engine.dispose();
    await rm(root, { recursive: true });
  }
}

try {
  await main(process.argv[2] as PeerProvider, Number(process.argv[3]));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
