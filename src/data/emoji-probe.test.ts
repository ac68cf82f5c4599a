import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { loadEmojiProbe } from './emoji-probe.ts';

const INDEX = {
  name: 'two-squares',
  version: 1,
  cell: 2,
  columns: 2,
  atlas: 'atlas.png',
  items: [
    { id: 'a', caption: 'first' },
    { id: 'b', caption: 'second' },
    { id: 'c', caption: 'third' },
  ],
};

/** 4x4 pixels; each pixel's red is its index. */
const ATLAS = encode({
  width: 4,
  height: 4,
  channels: 3,
  data: Uint8Array.from({ length: 48 }, (_, at) => (at % 3 === 0 ? at / 3 : 200)),
});

function reader(index: unknown, atlas = ATLAS): (file: string) => Promise<Uint8Array> {
  const files = new Map([
    ['index.json', new TextEncoder().encode(JSON.stringify(index))],
    ['atlas.png', Uint8Array.from(atlas)],
  ]);
  return (file) => Promise.resolve(files.get(file)!);
}

describe('loadEmojiProbe', () => {
  it('cuts the pictures out of the atlas in its order', async () => {
    const dataset = await loadEmojiProbe(reader(INDEX));
    expect(dataset.items).toEqual(INDEX.items);
    const reds = async (id: string) =>
      (await dataset.picture(id)).data.filter((_, at) => at % 3 === 0);
    expect([...(await reds('a'))]).toEqual([0, 1, 4, 5]);
    expect([...(await reds('b'))]).toEqual([2, 3, 6, 7]);
    expect([...(await reds('c'))]).toEqual([8, 9, 12, 13]);
    await expect(dataset.picture('d')).rejects.toThrow('no picture "d"');
  });

  it('hashes what it shows', async () => {
    const first = await loadEmojiProbe(reader(INDEX));
    const renamed = await loadEmojiProbe(reader({ ...INDEX, name: 'other' }));
    expect(first.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(renamed.hash).not.toBe(first.hash);
  });

  it('says what is wrong with its files', async () => {
    const version = loadEmojiProbe(reader({ ...INDEX, version: 2 }));
    await expect(version).rejects.toThrow('its version is 2');
    const cut = loadEmojiProbe(reader(INDEX, ATLAS.slice(0, 40)));
    await expect(cut).rejects.toThrow('atlas.png cannot be read as a PNG');
    const small = loadEmojiProbe(reader({ ...INDEX, cell: 3 }));
    await expect(small).rejects.toThrow('at least 6x6 pixels, but is 4x4');
  });
});
