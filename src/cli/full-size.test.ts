/**
 * Full-size checkpoints of random weights, synthesised, converted to 4 bits in both layouts and run on
 * the cpu provider: time, memory peak and bytes are printed. Takes 27 GB of disk for a while, below the
 * folder that BAPA_SCRATCH names (the system's temporary folder where it is not set).
 */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedFolder, type PublishedFacts } from '../models/published.ts';
import { MANIFEST, parseManifest, storedBytes } from '../models/stored-manifest.ts';
import { readSafetensors, writeSafetensors } from '../tensor/safetensors.ts';
import { elementCount, type HostTensor } from '../tensor/tensor.ts';
import { bapa, type Outcome, ROOT } from './testing/bapa.ts';

const HOUR = 3_600_000;

/** In MiB: weights pass through in pieces. */
const LARGEST_PEAK = 512;

/** With the sides of square pictures, in pixels: the smallest that Qwen's processors keep, ordinary ones. */
const MODELS = [
  { repository: 'Qwen/Qwen2-VL-2B-Instruct', sides: [56, 448] },
  { repository: 'Qwen/Qwen2.5-VL-7B-Instruct', sides: [56, 448] },
  { repository: 'google/gemma-3-12b-it', sides: [896] },
];

const TEXT = [40, 41, 42, 43, 44, 45, 46, 47];

describe.skipIf(process.env.BAPA_LONG !== '1').each(MODELS)(
  '$repository',
  ({ repository, sides }) => {
    let folder: string;
    const lines: string[] = [];

    beforeAll(async () => {
      folder = await mkdtemp(join(process.env.BAPA_SCRATCH ?? tmpdir(), 'full-size-'));
    });

    afterAll(async () => {
      console.info([repository, ...lines].join('\n'));
      await rm(folder, { recursive: true, force: true });
    });

    function report(what: string, { seconds, peakMiB }: Outcome, more = ''): void {
      lines.push(`  ${what}: ${seconds.toFixed(0)} s, at most ${peakMiB.toFixed(0)} MiB${more}`);
    }

    test(
      'is synthesised and converted in bounded memory',
      async () => {
        const [checkpoint, out] = [join(folder, 'checkpoint'), join(folder, 'q4')];
        const made = await bapa(['synth', '--geometry', repository, '--out', checkpoint]);
        expect(made.status, made.stderr).toBe(0);
        report('synth', made);
        const args = ['convert', '--model', checkpoint, '--format', 'q4', '--out', out];
        const converted = await bapa(args);
        expect(converted.status, converted.stderr).toBe(0);
        const js = join(folder, 'transformers-js');
        const exported = await bapa([...args.slice(0, 3), '--dtype', 'q4', '--out', js]);
        expect(exported.status, exported.stderr).toBe(0);
        await rm(checkpoint, { recursive: true });
        const files = await readdir(join(js, 'onnx'));
        report('for transformers.js', exported, `, ${files.length} files of graphs and weights`);
        await rm(js, { recursive: true });
        expect(exported.peakMiB).toBeLessThan(LARGEST_PEAK);
        const manifest = parseManifest(await readFile(join(out, MANIFEST), 'utf8'));
        const parts = manifest.graphs.decoder.length;
        report('convert', converted, `, ${storedBytes(manifest)} bytes, ${parts} decoder parts`);
        for (const path of Object.keys(manifest.files))
          expect((await stat(join(out, path))).size, path).toBeLessThan(2 ** 32);
        expect(made.peakMiB).toBeLessThan(LARGEST_PEAK);
        expect(converted.peakMiB).toBeLessThan(LARGEST_PEAK);
      },
      2 * HOUR,
    );

    test.each([undefined, ...sides])(
      'answers a text or a picture on cpu (%s pixels square)',
      async (side) => {
        const inputs = join(folder, 'in.safetensors');
        const outputs = join(folder, 'out.safetensors');
        await writeFile(inputs, writeSafetensors(await inputsOf(repository, side)));
        const model = ['--model', join(folder, 'q4'), '--ep', 'cpu'];
        const run = await bapa(['logits', ...model, '--inputs', inputs, '--outputs', outputs]);
        expect(run.status, run.stderr).toBe(0);
        const { data } = (await readSafetensors(outputs, await readFile(outputs))).get(
          'logits',
        ) as HostTensor<'float32'>;
        const spread = Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length);
        const what = side === undefined ? 'a text' : `a picture of ${side} × ${side}`;
        report(`logits for ${what}`, run, `, deviation ${spread.toFixed(3)}`);
        expect(spread).toBeGreaterThan(0.1);
        expect(spread).toBeLessThan(10);
      },
      HOUR,
    );
  },
);

/** Eight tokens of text, or a picture between its marks and a token before and after. */
async function inputsOf(
  repository: string,
  side: number | undefined,
): Promise<Map<string, HostTensor>> {
  const path = join(ROOT, 'data/published', publishedFolder(repository), 'facts.json');
  const { tokens } = JSON.parse(await readFile(path, 'utf8')) as PublishedFacts;
  if (side === undefined) return promptOf(TEXT);
  const start = tokens['visionStart'] ?? tokens['imageStart'];
  const end = tokens['visionEnd'] ?? tokens['imageEnd'];
  const { count, pictures } = tokens['visionStart'] ? patchedPicture(side) : wholePicture(side);
  const image = Array<number>(count).fill(tokens['image']!.id);
  return new Map([...promptOf([40, start!.id, ...image, end!.id, 41]), ...pictures]);
}

function promptOf(ids: readonly number[]): Map<string, HostTensor> {
  const mask = ids.map(() => 1);
  return new Map([
    ['input_ids', int64(ids, [1, ids.length])],
    ['attention_mask', int64(mask, [1, ids.length])],
  ]);
}

/** Qwen's: patches of 14 × 14, two frames of three colours, merged 2 × 2 into a token. */
function patchedPicture(side: number): { count: number; pictures: Map<string, HostTensor> } {
  const across = side / 14;
  const patches = across ** 2;
  const pictures = new Map<string, HostTensor>([
    ['pixel_values', waves([patches, 2 * 3 * 14 * 14])],
    ['image_grid_thw', int64([1, across, across], [1, 3])],
  ]);
  return { count: patches / 4, pictures };
}

/** Gemma's: patches of 14 × 14, pooled 4 × 4 into a token. */
function wholePicture(side: number): { count: number; pictures: Map<string, HostTensor> } {
  const count = (side / 14 / 4) ** 2;
  return { count, pictures: new Map([['pixel_values', waves([1, 3, side, side])]]) };
}

function waves(shape: readonly number[]): HostTensor<'float32'> {
  const length = elementCount(shape);
  return { dtype: 'float32', shape, data: Float32Array.from({ length }, (_, i) => Math.sin(i)) };
}

function int64(values: readonly number[], shape: readonly number[]): HostTensor<'int64'> {
  return { dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) };
}
