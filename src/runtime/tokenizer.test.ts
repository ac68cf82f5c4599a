import { beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from '../models/checkpoint.ts';
import { FolderSource } from './folder-source.ts';
import { openTokenizer, type PromptTokenizer } from './tokenizer.ts';

const IMAGE = 3;
const SPEC = {
  imageTokenId: IMAGE,
  imagePrompt: { placeholderId: IMAGE, before: [], after: [] },
};

describe("the embedded model's tokenizer", () => {
  let tokenizer: PromptTokenizer;

  beforeAll(async () => {
    const checkpoint = await openCheckpoint(new FolderSource('public/models/emoji-llava'));
    tokenizer = (await openTokenizer(checkpoint, SPEC))!;
  });

  test('the chat template stands around the question', () => {
    expect(tokenizer.render('Text: red apple\n')).toBe(
      'USER: <image>\nText: red apple\n ASSISTANT:',
    );
  });

  test('the image placeholder becomes as many tokens as the picture has', () => {
    const ids = tokenizer.encode(tokenizer.render('red apple'), [5]);
    expect(ids.filter((id) => id === IMAGE)).toHaveLength(5);
    expect(tokenizer.decode(ids)).toBe('USER: \nred apple ASSISTANT:');
    expect(tokenizer.tokenText(ids[0]!)).toBe('<s>');
  });

  test('every spelling of Yes and No is found, with and without a space before it', () => {
    const texts = (ids: readonly number[]) => ids.map((id) => tokenizer.tokenText(id)).sort();
    expect(texts(tokenizer.yesTokenIds)).toEqual([' Yes', 'Yes']);
    expect(texts(tokenizer.noTokenIds)).toEqual([' No', 'No']);
  });

  test('markup in a caption is text, an image placeholder is refused', () => {
    expect(tokenizer.render('<b>apple</b>')).toContain('<b>apple</b>');
    expect(() => tokenizer.render('an <image> here')).toThrow(/reads as a picture/);
  });
});

test('a folder without a tokenizer has none', async () => {
  const checkpoint = await openCheckpoint(new FolderSource('fixtures/tiny-llava'));
  expect(await openTokenizer(checkpoint, SPEC)).toBeUndefined();
});
