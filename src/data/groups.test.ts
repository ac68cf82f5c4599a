import { describe, expect, it } from 'vitest';
import { gridPictures, makeGroups, whiteCells } from './groups.ts';

const ITEMS = Array.from({ length: 40 }, (_, index) => ({
  id: `id-${index}`,
  caption: `thing ${index}`,
}));

describe('makeGroups', () => {
  it('gives the same items for the same seed, and others for another', () => {
    const groups = makeGroups(ITEMS, { groups: 12, seed: 5 });
    expect(makeGroups(ITEMS, { groups: 12, seed: 5 })).toEqual(groups);
    expect(makeGroups(ITEMS, { groups: 12, seed: 6 })).not.toEqual(groups);
    // Pinned, so that a published seed keeps meaning the same items.
    expect(groups[0]).toMatchInlineSnapshot(`
      {
        "distractors": [
          "id-2",
          "id-17",
          "id-39",
          "id-11",
          "id-3",
          "id-32",
          "id-13",
          "id-30",
        ],
        "group": 0,
        "negative": "id-36",
        "target": "id-18",
      }
    `);
  });

  it('starts a longer run with the shorter one', () => {
    const long = makeGroups(ITEMS, { groups: 90, seed: 5 });
    expect(long.slice(0, 50)).toEqual(makeGroups(ITEMS, { groups: 50, seed: 5 }));
  });

  it('shows ten different things in each group, the negative in no cell', () => {
    for (const { target, distractors, negative } of makeGroups(ITEMS, { groups: 50, seed: 1 })) {
      expect(new Set([target, ...distractors, negative]).size).toBe(10);
      expect(distractors).not.toContain(null);
    }
  });

  it('takes every target once before any comes twice', () => {
    const targets = makeGroups(ITEMS, { groups: 80, seed: 3 }).map((group) => group.target);
    expect(new Set(targets.slice(0, 40)).size).toBe(40);
    expect(new Set(targets.slice(40)).size).toBe(40);
  });

  it('never asks in vain for a caption that is shown under another spelling', () => {
    const items = [
      { id: 'a', caption: 'Red apple' },
      { id: 'b', caption: 'red apple ' },
      { id: 'c', caption: 'dog' },
    ];
    for (const group of makeGroups(items, { groups: 6, seed: 2 })) {
      const shown = group.target === 'c' ? 'c' : 'apple';
      const asked = group.negative === 'c' ? 'c' : 'apple';
      expect(asked).not.toBe(shown);
    }
  });

  it('leaves cells white when captions are few, and says how many', () => {
    const [group] = makeGroups(ITEMS.slice(0, 4), { groups: 1, seed: 1 });
    expect(group!.distractors.filter((id) => id === null)).toHaveLength(6);
    expect(whiteCells(ITEMS.slice(0, 4))).toBe(6);
    expect(whiteCells(ITEMS.slice(0, 10))).toBe(0);
  });

  it('draws targets from those that are named', () => {
    const groups = makeGroups(ITEMS, { groups: 5, seed: 1, targets: ['id-7'] });
    expect(groups.map((group) => group.target)).toEqual(Array(5).fill('id-7'));
    expect(groups[0]!.distractors).not.toEqual(groups[1]!.distractors);
    expect(() => makeGroups(ITEMS, { groups: 1, seed: 1, targets: ['x'] })).toThrow('target "x"');
  });

  it('says what is wrong with its numbers', () => {
    expect(() => makeGroups(ITEMS.slice(0, 1), { groups: 1, seed: 1 })).toThrow('at least two');
    expect(() => makeGroups(ITEMS, { groups: 0, seed: 1 })).toThrow('whole number from 1');
    expect(() => makeGroups(ITEMS, { groups: 1, seed: 0.5 })).toThrow('seed');
  });
});

describe('gridPictures', () => {
  it('moves the target and keeps the order of the others', () => {
    const [group] = makeGroups(ITEMS, { groups: 1, seed: 1 });
    for (let cell = 0; cell < 9; cell++) {
      const pictures = gridPictures(group!, cell);
      expect(pictures[cell]).toBe(group!.target);
      expect(pictures.filter((_, at) => at !== cell)).toEqual(group!.distractors);
    }
  });
});
