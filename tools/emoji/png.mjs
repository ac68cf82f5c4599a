/** A small, deterministic PNG writer for flat drawings: RGB, eight bits, no metadata. */
import zlib from 'node:zlib';

/** The CRC-32 of PNG chunks. */
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n >>> 0;
});

function crc(bytes) {
  let c = 0xffffffff;
  for (const b of bytes) c = TABLE[(c ^ b) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function chunk(type, data) {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  data.copy(out, 8);
  out.writeUInt32BE(crc(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** One row under PNG's filter `kind` (0 none, 1 left, 2 up, 4 Paeth). */
function filtered(kind, row, above) {
  const out = Buffer.alloc(row.length + 1);
  out[0] = kind;
  for (let i = 0; i < row.length; i++) {
    const a = i < 3 ? 0 : row[i - 3],
      b = above ? above[i] : 0,
      c = i < 3 || !above ? 0 : above[i - 3];
    let guess = 0;
    if (kind === 1) guess = a;
    else if (kind === 2) guess = b;
    else if (kind === 4) {
      const p = a + b - c,
        pa = Math.abs(p - a),
        pb = Math.abs(p - b),
        pc = Math.abs(p - c);
      guess = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
    out[i + 1] = row[i] - guess;
  }
  return out;
}

/** Encodes RGB bytes; of whole-image and per-row filterings the smallest result is kept. */
export function encodePng(rgb, width, height) {
  const row = (y) => rgb.subarray(y * width * 3, (y + 1) * width * 3);
  const rows = [0, 1, 2, 4].map((kind) =>
    Array.from({ length: height }, (_, y) => filtered(kind, row(y), y ? row(y - 1) : undefined)),
  );
  const cost = (line) => line.reduce((sum, v) => sum + (v < 128 ? v : 256 - v), 0);
  const mixed = Array.from({ length: height }, (_, y) =>
    rows.map((r) => r[y]).reduce((best, line) => (cost(line) < cost(best) ? line : best)),
  );
  const packed = [...rows, mixed]
    .map((lines) =>
      zlib.deflateSync(Buffer.concat(lines), { level: 9, memLevel: 9, windowBits: 15 }),
    )
    .reduce((best, data) => (data.length < best.length ? data : best));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', header),
    chunk('IDAT', packed),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
