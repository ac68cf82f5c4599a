import { expect, test } from 'vitest';
import type { Cell, Polarity, ProbeRecord } from '../../results/records.ts';
import { exactPrompt, itemRows } from './item-rows.ts';

function record(group: number, cell: Cell, polarity: Polarity, scheme: string): ProbeRecord {
  return {
    key: `${group}/${cell}/${polarity}/${scheme}`,
    index: 0,
    group,
    cell,
    polarity,
    scheme,
    strength: 0,
    imageHash: '',
    pictures: Array.from({ length: 9 }, () => null),
    caption: 'red apple',
    prompt: 'Is there $& red apple?\n',
    answer: 'Yes',
    prediction: 'Yes',
    output: 'Yes',
    margin: 1,
    decoded: false,
    milliseconds: 1,
  };
}

test('one row a question, with its answers in the order of the schemes', () => {
  const records = [
    record(0, 'left', 'positive', 'standard'),
    record(0, 'left', 'positive', 'balanced'),
    record(0, 'left', 'negative', 'standard'),
    record(0, 'right', 'positive', 'standard'),
  ];
  const rows = itemRows(records, 'left', ['balanced', 'standard']);
  expect(rows.map(({ key, records: found }) => [key, found.map(({ scheme }) => scheme)])).toEqual([
    ['0/positive', ['balanced', 'standard']],
    ['0/negative', ['standard']],
  ]);
  expect(itemRows(records, 'left', ['0.5'])).toEqual([]);
});

test('the exact prompt has the chat template around the question, letter by letter', () => {
  const asked = record(0, 'left', 'positive', 'standard');
  const prompt = 'Is there {caption}?\n';
  expect(
    exactPrompt(asked, { prompt, renderedPrompt: `USER: <image>\n${prompt} ASSISTANT:` }),
  ).toBe('USER: <image>\nIs there $& red apple?\n ASSISTANT:');
  expect(exactPrompt(asked, { prompt, renderedPrompt: `[INST]Is there {caption}?[/INST]` })).toBe(
    '[INST]Is there $& red apple?[/INST]',
  );
  expect(exactPrompt(asked, { prompt, renderedPrompt: 'something else' })).toBeUndefined();
  expect(exactPrompt(asked, undefined)).toBeUndefined();
});
