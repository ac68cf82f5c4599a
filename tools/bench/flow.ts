import { readFile } from 'node:fs/promises';
import { CATALOGUE } from '../../src/cli/places.ts';
import { bytesText } from '../../src/cli/flow-text.ts';
import { processImage } from '../../src/data/image-processors.ts';
import { PART_BYTES } from '../../src/models/convert.ts';
import { splitDecoder } from '../../src/models/decoder-parts.ts';
import { openModel } from '../../src/models/families.ts';
import { PLANS } from '../../src/models/formats.ts';
import { shapeCheckpoint } from '../../src/models/testing/shape-weights.ts';
import { parseCatalogue } from '../../src/protocol/catalogue.ts';
import { flowBytes, layersAtOnce } from '../../src/runtime/attention-flow.ts';
import type { FlowBytes } from '../../src/runtime/engine.ts';
import type { RuntimeEngine } from '../../src/runtime/model-engine.ts';
import type { Item } from './items.ts';
import { spread, timeRounds } from './rounds.ts';

/** Text tokens behind the picture that the counted table takes: as many as the catalogue's run has. */
const READERS = 128;

/** Times information flow beside an answer, and prints what both schemes' maps of all layers held. */
export async function measureFlow(
  engine: RuntimeEngine,
  { image, text }: Item,
  rounds: number,
): Promise<void> {
  const [features] = await engine.encodeImages([
    processImage(image, engine.info.spec.imageProcessor),
  ]);
  const question = { images: [features!], text };
  const flow = () => engine.attentionFlow(question, 1, { reduce: 'layers' });
  const times = await timeRounds({ flow, answer: () => engine.answer([question], [1], 1) }, rounds);
  const { bytes, kinds, rows } = await flow();
  features!.release();
  console.log(
    `  information flow          ${spread(times.flow.wall, 1)} ms, an answer ${spread(times.answer.wall, 1)} ms, picture already encoded`,
  );
  console.log(
    `    held                    ${heldText(bytes)}, ${rows.length} of ${kinds.length} tokens read`,
  );
}

/** Prints the same bytes as they are counted for every published model, converted to 4 bits. */
export async function countFlowBytes(): Promise<void> {
  console.log(
    `\ninformation flow, counted: maps of all layers, ${READERS} text tokens behind the picture, decoders in 4 bits`,
  );
  const models = parseCatalogue(await readFile(CATALOGUE, 'utf8'));
  for (const { repository, name, run } of models) {
    if (repository === null) continue;
    const checkpoint = await shapeCheckpoint(repository.replace('/', '--'));
    const { config, weights } = await openModel(checkpoint, PLANS.q4);
    const { decoder } = config;
    const parts = await splitDecoder(decoder, weights, PART_BYTES);
    const largest = Math.max(...parts.map(({ first, end }) => end - first));
    const size = {
      rows: READERS,
      columns: run.tokens,
      layers: decoder.layers,
      reduce: 'layers',
    } as const;
    const bytes = flowBytes(decoder, size, Math.min(largest, layersAtOnce(decoder, size)));
    console.log(`  ${name.padEnd(26)}${String(run.tokens).padStart(5)} tokens  ${heldText(bytes)}`);
  }
}

function heldText({ held, matrices }: FlowBytes): string {
  return `${bytesText(held)} at most against ${bytesText(matrices)} of matrices (${(matrices / held).toFixed(1)} times)`;
}
