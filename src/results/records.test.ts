import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { recordsToCsv } from './csv.ts';
import { formatRecord, formatReference, parseRecords } from './jsonl.ts';
import { parseAnswer } from './parse-answer.ts';
import { parseScheme, parseSchemes, parseStrengths } from './scheme.ts';
import { makeRecord, makeRun } from './testing/make-records.ts';

describe('parseAnswer', () => {
  it.each([
    ['Yes', 'Yes'],
    ['no', 'No'],
    [' YES.\n', 'Yes'],
    ['No, there is none', 'No'],
    ["Yes, it's there", 'Yes'],
    ['Nothing', null],
    ['Maybe, Yes', null],
    ['', null],
  ])('reads %j as %j', (output, answer) => {
    expect(parseAnswer(output)).toBe(answer);
  });
});

describe('parseScheme', () => {
  it('reads names and strengths', () => {
    expect(parseSchemes('standard, Balanced,0.5')).toEqual([
      { label: 'standard', strength: 0 },
      { label: 'balanced', strength: 1 },
      { label: '0.5', strength: 0.5 },
    ]);
    expect(parseScheme('1')).toEqual({ label: 'balanced', strength: 1 });
    expect(parseScheme('0.50').label).toBe('0.5');
  });

  it('says what it cannot read', () => {
    for (const text of ['', 'bapa', '1.1', '-0.1', 'NaN']) {
      expect(() => parseScheme(text)).toThrow(`but "${text}" was given`);
    }
    expect(parseStrengths('0,.25,1').map(({ label }) => label)).toEqual([
      'standard',
      '0.25',
      'balanced',
    ]);
    expect(() => parseStrengths('0,,1')).toThrow('"" in "0,,1" is none');
    expect(() => parseStrengths('0,balanced')).toThrow('"balanced" in');
    expect(() => parseStrengths('0,2')).toThrow('between 0 and 1');
    expect(() => parseSchemes('balanced,1')).toThrow('"balanced" is named twice');
  });
});

describe('JSONL', () => {
  const records = makeRun({ positive: ['10?111111'], negative: ['111111111'] });
  const text = records.map(formatRecord).join('');

  it('reads what it wrote', () => {
    expect(parseRecords(text)).toEqual(records);
    expect(parseRecords(`\n${text}\n`)).toEqual(records);
  });

  it('names a bad line by its number', () => {
    const lines = text.split('\n');
    lines[2] = lines[2]!.slice(0, 50);
    expect(() => parseRecords(lines.join('\n'), 'run.jsonl')).toThrow(
      /^Line 3 of run\.jsonl should hold one record as JSON/,
    );
    lines[2] = '[]';
    expect(() => parseRecords(lines.join('\n'))).toThrow('Line 3 of The records');
    lines[2] = JSON.stringify({ ...records[2], cell: 'middle' });
    expect(() => parseRecords(lines.join('\n'))).toThrow('the field "cell" is "middle"');
    lines[2] = JSON.stringify({ ...records[2], margin: undefined });
    expect(() => parseRecords(lines.join('\n'))).toThrow('the field "margin" is missing');
  });

  it("writes the published probe's fields", () => {
    const [line] = formatReference([
      makeRecord({ group: 4, cell: 3, polarity: 'positive', prediction: 'No' }),
    ]).split('\n');
    expect(JSON.parse(line!)).toEqual({
      id: '4',
      image: '4_3.jpg',
      caption: 'red apple',
      position: 'left',
      answer: 'Yes',
      prediction: 'No',
      qs: 'Is there a red apple?\n',
    });
  });
});

describe('CSV', () => {
  it('keeps any text in its field and disarms formulas', () => {
    const texts = [
      '=SUM(A1)',
      '+1',
      '@x',
      '=A1\nB',
      'a "quote", comma',
      'two\nlines',
      '<b>bold</b>',
    ];
    const records = texts.map((caption, group) =>
      makeRecord({
        group,
        cell: 0,
        polarity: 'positive',
        prediction: 'Yes',
        caption,
        margin: -2.5,
      }),
    );
    const table = Papa.parse<Record<string, string>>(recordsToCsv(records).trimEnd(), {
      header: true,
    });
    expect(table.errors).toEqual([]);
    const captions = table.data.map((row) => row['caption']);
    expect(captions).toEqual(["'=SUM(A1)", "'+1", "'@x", "'=A1\nB", ...texts.slice(4)]);
    // A negative number is a number, not a formula.
    expect(table.data[0]!['margin']).toBe('-2.5');
    expect(JSON.parse(table.data[0]!['pictures']!)).toEqual([...'abcdefgh', null]);
  });
});
