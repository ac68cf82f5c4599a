/**
 * Training drawings: for every name and training style the original and its
 * style-randomised variants, as one file of RGB bytes and a JSON index.
 *
 *   node build-train.mjs --out <folder> [--names candidates.txt] [--size 80] [--variants 12] [--seed 1] [--part i/n]
 *
 * Several processes may each make one part (--part 0/2, --part 1/2).
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { TRAIN_STYLES, drawingsOf, openStyle } from './styles.mjs';
import { hash, rasterise, rng, shapesOf, variant, wrap } from './variants.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    names: { type: 'string', default: 'candidates.txt' },
    size: { type: 'string', default: '80' },
    variants: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    part: { type: 'string', default: '0/1' },
  },
});
if (!values.out) throw new Error('--out <folder> is missing');
const size = Number(values.size),
  count = Number(values.variants),
  seed = Number(values.seed);
const [part, parts] = values.part.split('/').map(Number);
const here = path.dirname(new URL(import.meta.url).pathname);
const names = fs.readFileSync(path.resolve(here, values.names), 'utf8').trim().split('\n');

fs.mkdirSync(values.out, { recursive: true });
const pixels = fs.openSync(path.join(values.out, `variants-${part}.bin`), 'w');
const large = fs.openSync(path.join(values.out, `originals-${part}.bin`), 'w');
const items = [];
let at = 0;
names.forEach((name, index) => {
  if (index % parts !== part) return;
  for (const style of TRAIN_STYLES) {
    for (const icon of drawingsOf(open(style), name)) {
      const original = wrap(icon.body, icon);
      const shapes = shapesOf(icon);
      const random = rng(hash(`${seed}/${style}/${icon.key}`));
      fs.writeSync(large, rasterise(original, 168));
      fs.writeSync(pixels, rasterise(original, size));
      let made = 1;
      for (let tries = 0; made <= count && tries < 3 * count; tries++) {
        const drawn = attempt(variant(icon, shapes, random));
        if (!drawn) continue;
        fs.writeSync(pixels, drawn);
        made++;
      }
      items.push({ name, style, key: icon.key, start: at, count: made });
      at += made;
    }
  }
});
fs.writeFileSync(
  path.join(values.out, `index-${part}.json`),
  JSON.stringify({ size, large: 168, items }),
);
console.log(`${items.length} drawings, ${at} pictures`);

function open(style) {
  open.cache ??= new Map();
  if (!open.cache.has(style)) open.cache.set(style, openStyle(style));
  return open.cache.get(style);
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
