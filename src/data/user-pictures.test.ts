import { describe, expect, it } from 'vitest';
import { captionFromFileName, parseCaptionsCsv, parseCaptionsJson } from './captions.ts';
import { userPictures, withFillers } from './user-pictures.ts';

const IMAGE = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) };

describe('captions', () => {
  it('come from file names', () => {
    expect(captionFromFileName('photos/red_apple-2.png')).toBe('red apple');
    expect(captionFromFileName('Eiffel tower.webp')).toBe('Eiffel tower');
    expect(captionFromFileName('b-52.jpg')).toBe('b 52');
  });

  it('come from a table, quotes and commas kept', () => {
    const captions = parseCaptionsCsv('\uFEFFcaption,file\r\n"a ""big"", red <b>",x.png\r\n');
    expect([...captions]).toEqual([['x.png', 'a "big", red <b>']]);
    expect(() => parseCaptionsCsv('name,words\nx,y')).toThrow('columns "file" and "caption"');
    expect(() => parseCaptionsCsv('file,caption\nx.png,one\ny.png,\n')).toThrow('Row 3');
    expect(() => parseCaptionsCsv('file,caption\n\n\nx.png,\n')).toThrow('Row 4');
    expect(() => parseCaptionsCsv('file,caption\nx.png,red, ripe\n')).toThrow('has 3: ');
    expect(() => parseCaptionsCsv('file,caption\nx.png,a\nx.png,b')).toThrow('a second time');
    expect(() => parseCaptionsCsv('file,caption\nx.png,"a\ny.png,b\n')).toThrow('without its pair');
  });

  it('come from JSON', () => {
    expect(parseCaptionsJson('{"x.png":"dog"}').get('x.png')).toBe('dog');
    expect(() => parseCaptionsJson('{')).toThrow('not valid JSON');
    expect(() => parseCaptionsJson('["dog"]')).toThrow('one object from file name to caption');
  });
});

describe('userPictures', () => {
  it('refuses what cannot be probed', async () => {
    const twice = [
      { id: 'a', caption: 'dog', image: IMAGE },
      { id: 'a', caption: 'cat', image: IMAGE },
    ];
    await expect(userPictures('mine', twice)).rejects.toThrow('Two pictures are called "a"');
    const blank = [{ id: 'a', caption: ' ', image: IMAGE }];
    await expect(userPictures('mine', blank)).rejects.toThrow('"a" has no caption');
    const huge = [{ id: 'a', caption: 'dog', image: { ...IMAGE, width: 90_000, height: 1000 } }];
    await expect(userPictures('mine', huge)).rejects.toThrow('90000x1000 pixels');
  });

  it('stands among fillers as the only target', async () => {
    const own = await userPictures('mine', [{ id: 'a', caption: 'Dog', image: IMAGE }]);
    const fillers = await userPictures(
      'others',
      ['dog', 'cat', 'cup'].map((caption) => ({ id: caption, caption, image: IMAGE })),
    );
    const both = await withFillers(own, fillers);
    expect(both.targets).toEqual(['a']);
    expect(both.items.map((item) => item.id)).toEqual(['a', 'cat', 'cup']);
    expect(await both.picture('cup')).toBe(IMAGE);
  });
});
