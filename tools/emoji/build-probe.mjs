/**
 * The shipped data set: the test style's drawings as one atlas, its index and
 * the credits of every package that the data set or the model's training used.
 *
 *   node build-probe.mjs [--names names.txt] [--out ../../public/data/emoji-probe]
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { encodePng } from './png.mjs';
import { TEST_STYLE, TRAIN_STYLES, drawingsOf, openStyle, sourceOf } from './styles.mjs';
import { rasterise, wrap } from './variants.mjs';

const CELL = 168;
const here = path.dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    names: { type: 'string', default: 'names.txt' },
    out: { type: 'string', default: path.join(here, '../../public/data/emoji-probe') },
  },
});
const names = fs.readFileSync(path.resolve(here, values.names), 'utf8').trim().split('\n');
const style = openStyle(TEST_STYLE);
const columns = Math.ceil(Math.sqrt(names.length));
const rows = Math.ceil(names.length / columns);
const width = columns * CELL;
const sheet = Buffer.alloc(width * rows * CELL * 3, 255);
names.forEach((name, n) => {
  const icon = drawingsOf(style, name)[0];
  if (!icon) throw new Error(`${TEST_STYLE} has no drawing called ${name}`);
  const picture = rasterise(wrap(icon.body, icon), CELL);
  const left = (n % columns) * CELL,
    top = Math.floor(n / columns) * CELL;
  for (let y = 0; y < CELL; y++)
    picture.copy(sheet, ((top + y) * width + left) * 3, y * CELL * 3, (y + 1) * CELL * 3);
});

const test = sourceOf(style);
const training = TRAIN_STYLES.map((name) => sourceOf(openStyle(name)));
const index = {
  name: 'emoji-probe',
  version: 1,
  cell: CELL,
  columns,
  atlas: 'atlas.png',
  style: TEST_STYLE,
  items: names.map((id) => ({ id, caption: id.replaceAll('-', ' ') })),
  sources: [test],
};
fs.mkdirSync(values.out, { recursive: true });
const png = encodePng(sheet, width, rows * CELL);
fs.writeFileSync(path.join(values.out, 'atlas.png'), png);
fs.writeFileSync(path.join(values.out, 'index.json'), JSON.stringify(index, undefined, 1) + '\n');
fs.writeFileSync(path.join(values.out, 'CREDITS.md'), credits());
console.log(`${names.length} drawings, ${columns}x${rows}, ${png.length} bytes`);

/** Who drew what, under which licence, and what was done to it. */
function credits() {
  const line = (s) =>
    `| [${s.package}](https://icon-sets.iconify.design/${s.package.split('/')[1]}/) | ${s.version} | [${s.author}](${s.url}) | [${s.license}](${s.license_url}) |`;
  const head = '| package | version | author | licence |\n| --- | --- | --- | --- |';
  return `# Credits of emoji-probe and emoji-llava

Written by \`tools/emoji/build-probe.mjs\`.

## Drawings in this data set

${head}
${line(test)}

The drawings were rasterised at ${CELL}×${CELL} pixels on white and set side by side in \`atlas.png\`; nothing else was changed. The licence's text is in [LICENSE.txt](LICENSE.txt). Their names are Unicode's short names as the package spells them.

## Drawings that the embedded model (emoji-llava) was trained on

${head}
${training.map(line).join('\n')}

They are not part of this data set. For training they were rasterised, recoloured, outlined, distorted and had small parts left out. No drawing of ${TEST_STYLE} was trained or tuned on.
`;
}
