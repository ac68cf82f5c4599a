import { describe, expect, it } from 'vitest';
import { columns, latexText, tableCsv, tableLatex, valueText } from './report-table.ts';

const table = {
  name: 'a',
  caption: 'Share in\n% of all',
  columns: columns({ 'who & what': 'text', accuracy: 'value', change: 'signed', p: 'p' }),
  rows: [
    ['a_b', { value: 0.91349, low: 0.88, high: 0.93 }, -0.0204, 0.0004],
    ['[first]', null, 0.5, 0.25],
    ['=1+1', 0.5, null, null],
  ],
};

describe('valueText', () => {
  it('rounds, signs and never shows what is missing as zero', () => {
    expect(valueText({ value: 0.91349, low: 0.88, high: 0.93 }, 'value')).toBe(
      '0.913 [0.880, 0.930]',
    );
    expect(valueText(-0.0204, 'signed')).toBe('−0.020');
    expect(valueText(0.5, 'signed')).toBe('+0.500');
    expect(valueText(0.0004, 'p')).toBe('< 0.001');
    expect(valueText(null, 'value')).toBe('no data');
    expect(valueText(12, 'count')).toBe('12');
  });
});

describe('tableCsv', () => {
  it('has whole numbers, intervals beside them, and no formulas', () => {
    expect(tableCsv(table).split('\r\n')).toEqual([
      '"who & what","accuracy","accuracy, low","accuracy, high","change","p"',
      '"a_b","0.91349","0.88","0.93","-0.0204","0.0004"',
      '"[first]",,,,"0.5","0.25"',
      '"\'=1+1","0.5",,,,',
      '',
    ]);
  });
});

describe('tableLatex', () => {
  it('is a tabular that LaTeX reads', () => {
    expect(tableLatex(table).split('\n')).toEqual([
      '% Share in % of all',
      '\\begin{tabular}{lrrr}',
      '\\hline',
      'who \\& what & accuracy & change & p \\\\',
      '\\hline',
      'a\\_b & 0.913 [0.880, 0.930] & $-$0.020 & \\textless{} 0.001 \\\\',
      '{}[first] & no data & +0.500 & 0.250 \\\\',
      '=1+1 & 0.500 & no data & no data \\\\',
      '\\hline',
      '\\end{tabular}',
      '',
    ]);
  });

  it('escapes every character that LaTeX gives a meaning', () => {
    expect(latexText('\\ {}$&#%_^~')).toBe(
      '\\textbackslash{} \\{\\}\\$\\&\\#\\%\\_\\textasciicircum{}\\textasciitilde{}',
    );
  });
});
