/**
 * Style randomisation: other drawings of the same thing, made from its SVG.
 *
 * A network trained on five styles learns the five styles. Each variant redraws
 * a picture with other colours, with or without outlines, with flat instead of
 * graded fills and without some of its small parts, so that what stays in common
 * is the shape; that is what an unseen style shares with the seen ones.
 */
import { Resvg } from '@resvg/resvg-js';

/** mulberry32: a small seeded generator, the same on every machine. */
export function rng(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** FNV-1a of a string: the seed of a drawing comes from its name, not its place in a list. */
export function hash(text) {
  let h = 0x811c9dc5;
  for (const c of text) h = Math.imul(h ^ c.codePointAt(0), 0x01000193);
  return h >>> 0;
}

const HEX = /#(?:[0-9a-f]{6}|[0-9a-f]{3})\b/gi;

function toRgb(hex) {
  const h = hex.slice(1);
  const full = h.length === 3 ? [...h].map((c) => c + c).join('') : h;
  return [0, 2, 4].map((i) => Number.parseInt(full.slice(i, i + 2), 16) / 255);
}

function toHex(rgb) {
  return (
    '#' +
    rgb
      .map((v) =>
        Math.round(Math.min(1, Math.max(0, v)) * 255)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')
  );
}

function rgbToHsl([r, g, b]) {
  const max = Math.max(r, g, b),
    min = Math.min(r, g, b),
    d = max - min,
    l = (max + min) / 2;
  if (d === 0) return [0, 0, l];
  const s = d / (1 - Math.abs(2 * l - 1));
  const h = max === r ? ((g - b) / d + 6) % 6 : max === g ? (b - r) / d + 2 : (r - g) / d + 4;
  return [h / 6, s, l];
}

function hslToRgb([h, s, l]) {
  const f = (n) => {
    const k = (n + h * 12) % 12;
    return l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [f(0), f(8), f(4)];
}

/** Every distinct colour moves on its own, on top of one move of the whole picture. */
function recolour(body, random) {
  const strength = random() < 0.25 ? 2.2 : 1;
  const spread = (width) => (random() * 2 - 1) * width * strength;
  const whole = [spread(0.02), spread(0.12), spread(0.06)];
  const map = new Map();
  return body.replace(HEX, (hex) => {
    const key = hex.toLowerCase();
    if (!map.has(key)) {
      const [h, s, l] = rgbToHsl(toRgb(key));
      const own = [spread(0.035), spread(0.15), spread(0.09)];
      map.set(
        key,
        toHex(
          hslToRgb([
            (h + whole[0] + own[0] + 1) % 1,
            Math.min(1, Math.max(0, s * (1 + whole[1] + own[1]))),
            Math.min(1, Math.max(0, l + whole[2] + own[2])),
          ]),
        ),
      );
    }
    return map.get(key);
  });
}

/** Fills that refer to a gradient take one of its own colours instead. */
function flatten(body, random) {
  const colours = new Map();
  const href = new Map();
  for (const [, attributes, inside] of body.matchAll(
    /<(?:linear|radial)Gradient([^>]*?)(?:\/>|>(.*?)<\/(?:linear|radial)Gradient>)/gs,
  )) {
    const id = /\bid="([^"]+)"/.exec(attributes)?.[1];
    const stops = [...(inside ?? '').matchAll(/stop-color="(#[0-9a-f]{3,6})"/gi)].map((m) =>
      toRgb(m[1]),
    );
    const parent = /href="#([^"]+)"/.exec(attributes)?.[1];
    if (id && parent) href.set(id, parent);
    if (id && stops.length) {
      const t = random();
      const a = stops[Math.floor(random() * stops.length)],
        b = stops[Math.floor(random() * stops.length)];
      colours.set(id, toHex(a.map((v, i) => v * t + b[i] * (1 - t))));
    }
  }
  return body.replace(
    /url\(#([^)]+)\)/g,
    (whole, id) => colours.get(id) ?? colours.get(href.get(id)) ?? whole,
  );
}

/** The drawing's leaf shapes with their share of the view box; found once a drawing. */
export function shapesOf(icon) {
  const shapes = [];
  // Shapes inside definitions are referred to from elsewhere and may not be left out.
  const defined = [...icon.body.matchAll(/<(defs|clipPath|mask|filter|pattern)\b.*?<\/\1>/gs)].map(
    (m) => [m.index, m.index + m[0].length],
  );
  for (const match of icon.body.matchAll(/<(?:path|circle|ellipse|rect|polygon)\b[^>]*\/>/g)) {
    if (
      /clip-path|mask=|filter=/.test(match[0]) ||
      defined.some(([a, b]) => match.index >= a && match.index < b)
    )
      continue;
    const share = inkShare(wrap(match[0].replace(/url\([^)]*\)/g, '#000'), icon));
    shapes.push({ start: match.index, end: match.index + match[0].length, share });
  }
  return shapes;
}

/** The share of a small raster that a shape covers; 1 where it cannot be drawn, so that it is kept. */
function inkShare(svg) {
  try {
    const { pixels } = new Resvg(svg.replace('<svg ', '<svg width="32" height="32" ')).render();
    let ink = 0;
    for (let i = 3; i < pixels.length; i += 4) if (pixels[i] > 64) ink++;
    return ink / 1024;
  } catch {
    return 1;
  }
}

/** Leaves out some of the small parts; never the parts that make up the figure. */
function dropSmall(icon, shapes, random) {
  const rate = 0.1 + 0.4 * random();
  let body = '';
  let at = 0;
  for (const { start, end, share } of shapes) {
    const chance = share < 0.02 ? rate : share < 0.08 ? rate * 0.5 : share < 0.2 ? rate * 0.15 : 0;
    if (random() < chance) {
      body += icon.body.slice(at, start);
      at = end;
    }
  }
  return body + icon.body.slice(at);
}

const strip = (body) => body.replace(/\sstroke(?:-[a-z]+)?="[^"]*"/g, '');

/** Lines round every shape, round the whole figure only, or none at all. */
function outline(body, icon, random) {
  const kind = random();
  // Clips and masks cut a stroke in half, and resvg 2.6 aborts on some of them.
  if (/clip-path|mask=|filter=/.test(body)) return body;
  const unit = icon.width / 100;
  const dark = toHex(hslToRgb([random(), random() * 0.5, random() * 0.3]));
  const width = (0.8 + 2.4 * random()) * unit;
  const group = (stroke, w) =>
    `<g stroke="${stroke}" stroke-width="${w.toFixed(3)}" stroke-linejoin="round">`;
  if (kind < 0.22) return `${group(dark, width)}${body}</g>`;
  if (kind < 0.42) return `${group(dark, width * 2)}${body}</g>${body}`;
  if (kind < 0.5) return `${group('#fff', width * 0.7)}${body}</g>`;
  if (kind < 0.75) {
    // A figure that is drawn in lines alone would vanish with them.
    const bare = strip(body);
    return /fill="(?!none)/.test(bare) || !/fill="none"/.test(bare) ? bare : body;
  }
  return body;
}

/**
 * resvg 2.6 aborts the whole process on groups (clipped, masked, half opaque)
 * that lie outside the view box, which noto-v1 has: leftovers of the artist's
 * sheet. Without these attributes there is no group and no abort.
 */
export function simplified(icon) {
  return { ...icon, body: icon.body.replace(/\s(?:clip-path|mask|filter|opacity)="[^"]*"/g, '') };
}

export function wrap(body, { width, height }) {
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 ${width} ${height}">${body}</svg>`;
}

/** One variant's SVG. */
export function variant(icon, shapes, random) {
  let body = random() < 0.7 ? dropSmall(icon, shapes, random) : icon.body;
  if (random() < 0.6) body = flatten(body, random);
  if (random() < 0.85) body = recolour(body, random);
  return wrap(outline(body, icon, random), icon);
}

/** Draws on white, centred in a square, and returns RGB bytes. */
export function rasterise(svg, size) {
  const sized = svg.replace(
    '<svg ',
    `<svg width="${size}" height="${size}" preserveAspectRatio="xMidYMid meet" `,
  );
  const image = new Resvg(sized, {
    background: '#fff',
    fitTo: { mode: 'original' },
    font: { loadSystemFonts: false },
  }).render();
  if (image.width !== size || image.height !== size)
    throw new Error(`a drawing came out ${image.width}x${image.height}, not ${size}`);
  const rgba = image.pixels;
  const rgb = Buffer.alloc(size * size * 3);
  for (let i = 0, j = 0; i < rgba.length; i += 4, j += 3) {
    rgb[j] = rgba[i];
    rgb[j + 1] = rgba[i + 1];
    rgb[j + 2] = rgba[i + 2];
  }
  return rgb;
}
