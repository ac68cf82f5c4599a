/**
 * Training drawings: for every name and training style the original and its
 * style-randomised variants, as files of RGB bytes with JSON indices.
 *
 *   node build-train.mjs --out <folder> [--names candidates.txt] [--size 80] [--variants 16] [--seed 1] [--jobs 2]
 *
 * The work is done in parts, each by a child process: the renderer aborts its
 * process on a few drawings (see `simplified`), and then only that part is done
 * again, with that drawing simplified, or left out if it aborts once more.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TRAIN_STYLES, drawingsOf, openStyle } from './styles.mjs';
import { hash, rasterise, rng, shapesOf, simplified, variant, wrap } from './variants.mjs';

const PARTS = 24;
const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    names: { type: 'string', default: 'candidates.txt' },
    size: { type: 'string', default: '80' },
    variants: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    part: { type: 'string' },
  },
});
if (!values.out) throw new Error('--out <folder> is missing');
const size = Number(values.size);
const file = (stem, part, suffix) =>
  path.join(values.out, `${stem}-${String(part).padStart(2, '0')}.${suffix}`);
fs.mkdirSync(values.out, { recursive: true });
if (values.part === undefined) await runAll();
else runPart(Number(values.part));

/** Hands the parts out to children, and a part that aborted once more to the next one. */
async function runAll() {
  const waiting = Array.from({ length: PARTS }, (_, part) => part);
  const worker = async () => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const failed = path.join(values.out, `aborted-${part}.txt`);
      fs.rmSync(failed, { force: true });
      for (let tries = 0; ; tries++) {
        const child = spawn(
          process.execPath,
          [fileURLToPath(import.meta.url), ...process.argv.slice(2), '--part', String(part)],
          {
            stdio: ['ignore', 'inherit', tries ? 'inherit' : 'ignore'],
          },
        );
        if ((await new Promise((done) => child.on('exit', done))) === 0) break;
        if (tries > 40) throw new Error(`part ${part} does not come to an end`);
        fs.appendFileSync(failed, fs.readFileSync(file('journal', part, 'txt'), 'utf8') + '\n');
      }
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
}

/** One part: every PARTS-th name. */
function runPart(part) {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const names = fs.readFileSync(path.resolve(here, values.names), 'utf8').trim().split('\n');
  const failed = path.join(values.out, `aborted-${part}.txt`);
  const aborted = fs.existsSync(failed) ? fs.readFileSync(failed, 'utf8').split('\n') : [];
  const pixels = fs.openSync(file('variants', part, 'bin'), 'w');
  const large = fs.openSync(file('originals', part, 'bin'), 'w');
  const styles = TRAIN_STYLES.map(openStyle);
  const items = [];
  let at = 0;
  for (const [index, name] of names.entries()) {
    if (index % PARTS !== part) continue;
    for (const style of styles) {
      for (const found of drawingsOf(style, name)) {
        const id = `${style.style}/${found.key}`;
        const aborts = aborted.filter((line) => line === id).length;
        if (aborts > 1) continue;
        fs.writeFileSync(file('journal', part, 'txt'), id);
        const icon = aborts ? simplified(found) : found;
        const drawn = drawAll(icon, id);
        fs.writeSync(large, drawn[0]);
        for (const picture of drawn.slice(1)) fs.writeSync(pixels, picture);
        items.push({ name, style: style.style, key: icon.key, start: at, count: drawn.length - 1 });
        at += drawn.length - 1;
      }
    }
  }
  fs.writeFileSync(file('index', part, 'json'), JSON.stringify({ size, large: 168, items }));
  console.log(
    `part ${part}: ${items.length} drawings, ${at} pictures, simplified or left out: ${aborted.join(' ')}`,
  );
}

/** The large original, then the small original and its variants. */
function drawAll(icon, id) {
  const original = wrap(icon.body, icon);
  const drawn = [rasterise(original, 168), rasterise(original, size)];
  const shapes = shapesOf(icon);
  const random = rng(hash(`${values.seed}/${id}`));
  const wanted = Number(values.variants) + 2;
  for (let tries = 0; drawn.length < wanted && tries < 3 * wanted; tries++) {
    const picture = attempt(variant(icon, shapes, random));
    if (picture) drawn.push(picture);
  }
  return drawn;
}

/** A variant that cannot be drawn, or that has become nearly blank, is skipped. */
function attempt(svg) {
  let rgb;
  try {
    rgb = rasterise(svg, size);
  } catch {
    return undefined;
  }
  let ink = 0;
  for (let i = 0; i < rgb.length; i += 3) if (rgb[i] + rgb[i + 1] + rgb[i + 2] < 720) ink++;
  return ink * 25 > size * size ? rgb : undefined;
}
