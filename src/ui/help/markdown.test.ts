import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { blocksOf, spansOf } from './markdown.ts';

test('headings, paragraphs and tables', () => {
  expect(blocksOf('# Title\n\nOne\ntwo.\n\n| a | b |\n| --- | --- |\n| 1 | `x` |\n')).toEqual([
    { kind: 'heading', level: 1, text: 'Title' },
    { kind: 'paragraph', text: 'One two.' },
    {
      kind: 'table',
      rows: [
        ['a', 'b'],
        ['1', '`x`'],
      ],
    },
  ]);
});

test('links and code; markup and other addresses stay text', () => {
  expect(spansOf('see [MIT](https://example.org/a) and `x` <b>')).toEqual([
    { text: 'see ' },
    { text: 'MIT', href: 'https://example.org/a' },
    { text: ' and ' },
    { text: 'x', code: true },
    { text: ' <b>' },
  ]);
  expect(spansOf('[LICENSE](LICENSE.txt)')).toEqual([{ text: 'LICENSE', href: 'LICENSE.txt' }]);
  expect(spansOf('[x](javascript:alert(1))')).toEqual([{ text: '[x](javascript:alert(1))' }]);
});

test('the credits that ship are read whole: nothing of them is left as raw Markdown', () => {
  const text = readFileSync('public/data/emoji-probe/CREDITS.md', 'utf8');
  const words = blocksOf(text).flatMap((block) =>
    block.kind === 'table' ? block.rows.flat() : [block.text],
  );
  const shown = words.flatMap(spansOf).map((span) => span.text);
  expect(shown.join(' ')).not.toMatch(/\]\(|^#|\| ---|`/m);
  expect(shown.join(' ')).toContain('MIT');
});
