/** Reads headings, paragraphs, tables, links and code: what our own Markdown files are made of. */
export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  /** The first row is the head. */
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] };

export interface Span {
  readonly text: string;
  readonly code?: boolean;
  /** Address of a link: http, https, or a file beside this one. */
  readonly href?: string;
}

const TABLE_RULE = /^\|[\s:|-]+\|$/;

export function blocksOf(text: string): Block[] {
  return text
    .split(/\r?\n\s*\r?\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part): Block => {
      const heading = /^(#{1,6})\s+(.*)$/.exec(part);
      if (heading) return { kind: 'heading', level: heading[1]!.length, text: heading[2]! };
      const lines = part.split(/\r?\n/);
      if (lines.every((line) => line.startsWith('|'))) {
        return { kind: 'table', rows: lines.filter((line) => !TABLE_RULE.test(line)).map(cellsOf) };
      }
      return { kind: 'paragraph', text: lines.join(' ') };
    });
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
}

export function spansOf(text: string): Span[] {
  const pattern = /`([^`]+)`|\[([^\]]+)\]\((https?:[^)\s]+|[\w./-]+)\)/g;
  const spans: Span[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) spans.push({ text: text.slice(from, match.index) });
    const [whole, code, label, href] = match;
    spans.push(code === undefined ? { text: label!, href: href! } : { text: code, code: true });
    from = match.index + whole.length;
  }
  if (from < text.length) spans.push({ text: text.slice(from) });
  return spans;
}
