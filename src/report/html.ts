/** Pieces of an HTML page as text. Whatever is not markup goes through `text`. */
import { escapeText as text } from '../figures/svg.ts';
import { valueText, type ReportTable } from './report-table.ts';

export { escapeText as text } from '../figures/svg.ts';

/** Scrolls by itself where it is wider than the page, by keyboard too. */
function scrolling(label: string, content: string): string {
  return `<div class="scroll" role="group" tabindex="0" aria-label="${text(label)}">${content}</div>`;
}

export function paragraphs(sentences: readonly string[]): string {
  return sentences.map((sentence) => `<p>${text(sentence)}</p>`).join('\n');
}

export function list(sentences: readonly string[]): string {
  return `<ul>\n${sentences.map((sentence) => `<li>${text(sentence)}</li>`).join('\n')}\n</ul>`;
}

/** A table with its caption; the first text columns head their rows. */
export function table({ caption, columns, rows }: ReportTable): string {
  const head = columns
    .map(({ name, kind }) => `<th scope="col"${numeric(kind)}>${text(name)}</th>`)
    .join('');
  const body = rows.map((row) => {
    const cells = row.map((value, at) => {
      const { kind } = columns[at]!;
      const words = text(valueText(value, kind));
      if (at === 0) return `<th scope="row">${words}</th>`;
      return `<td${numeric(kind)}>${words}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return scrolling(
    caption,
    `<table>\n<caption>${text(caption)}</caption>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`,
  );
}

function numeric(kind: string): string {
  return kind === 'text' ? '' : ' class="number"';
}

/** What a manifest says, a row for each of its values. */
export function fields(caption: string, value: object): string {
  const rows = leaves(value).map(
    ([path, shown]) => `<tr><th scope="row">${text(path)}</th><td>${text(shown)}</td></tr>`,
  );
  return scrolling(
    caption,
    `<table class="fields">\n<caption>${text(caption)}</caption>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`,
  );
}

function leaves(value: object, path: readonly string[] = []): [path: string, shown: string][] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    if (inner === undefined) return [];
    const here = [...path, name];
    if (inner !== null && typeof inner === 'object' && !Array.isArray(inner))
      return leaves(inner, here);
    const shown = typeof inner === 'string' ? inner : JSON.stringify(inner);
    return [[here.join(' '), shown] as [string, string]];
  });
}

/**
 * An SVG document as a part of the page. Its ids get a prefix: those of several figures are the same, and
 * a page has each id once.
 * @param prefix unique on the page
 */
export function figure(svg: string, prefix: string): string {
  const [, width] = /<svg[^>]* width="([\d.]+)"/.exec(svg) ?? [];
  const [, title = ''] = /<title>([^<]*)<\/title>/.exec(svg) ?? [];
  // Text is escaped in it, so that nothing but an attribute looks like one.
  const own = svg
    .replaceAll(/ id="([^"]*)"/g, ` id="${prefix}-$1"`)
    .replaceAll(/url\(#([^)]*)\)/g, `url(#${prefix}-$1)`);
  return `<figure class="scroll" tabindex="0" aria-label="${title}" style="--width: ${width}px">${own}</figure>`;
}
