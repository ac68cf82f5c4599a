import { describe, expect, it } from 'vitest';
import { BALANCED, STANDARD } from '../results/scheme.ts';
import { planProbe, recordKey } from './probe-plan.ts';
import { probePrompt } from './probe-prompt.ts';

const DATASET = {
  cell: 168,
  items: Array.from({ length: 30 }, (_, at) => ({ id: `id-${at}`, caption: `thing ${at}` })),
};

describe('probePrompt', () => {
  it("is the published probe's, to the letter", () => {
    expect(probePrompt('a $& {caption}')).toBe(
      "Determine if there is a sub-image in the given image that matches the text following.\nText: a $& {caption}\nThe answer should only contain 'Yes' or 'No', without reasoning process.\n",
    );
  });
});

describe('planProbe', () => {
  const plan = planProbe(DATASET, { groups: 4, seed: 9, schemes: [STANDARD, BALANCED] });

  it('asks twice about each of nine pictures a group', () => {
    expect(plan.items).toHaveLength(4 * 9 * 2);
    expect(plan.total).toBe(4 * 9 * 2 * 2);
    expect(plan.items.map((item) => item.index)).toEqual(plan.items.map((_, at) => at));
  });

  it('pairs a positive and a negative question on the same picture', () => {
    for (let at = 0; at < plan.items.length; at += 2) {
      const [positive, negative] = [plan.items[at]!, plan.items[at + 1]!];
      expect(positive.answer).toBe('Yes');
      expect(negative.answer).toBe('No');
      expect(negative.pictures).toBe(positive.pictures);
      const shown = positive.pictures.map((id) => id!.replace('id-', 'thing '));
      expect(shown).toContain(positive.caption);
      expect(shown).not.toContain(negative.caption);
    }
  });

  it('has a key of its own for each record', () => {
    const keys = plan.items.flatMap((item) => plan.schemes.map((s) => recordKey(item, s)));
    expect(new Set(keys).size).toBe(plan.total);
    expect(keys[1]).toBe('0/top_left/positive/balanced');
  });

  it('cuts batches by position alone', () => {
    expect(plan.batches.map((batch) => batch.length)).toEqual([9, 9, 9, 9]);
    const small = planProbe(DATASET, {
      groups: 4,
      seed: 9,
      schemes: [STANDARD],
      picturesPerBatch: 8,
    });
    expect(small.batches.map((batch) => batch.length)).toEqual([8, 8, 8, 8, 4]);
    expect(small.items).toEqual(plan.items);
  });

  it('refuses a plan without schemes', () => {
    expect(() => planProbe(DATASET, { groups: 1, seed: 1, schemes: [] })).toThrow('one scheme');
  });
});
