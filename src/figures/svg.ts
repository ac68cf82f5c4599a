/** A tiny SVG writer: everything that is text is escaped, numbers are rounded. */

export type SvgChild = SvgElement | string;

/** An element as data; text children are plain text, never markup. */
export interface SvgElement {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string | number | undefined>>;
  readonly children: readonly SvgChild[];
}

/** An element. Attributes that are undefined are left out. */
export function element(
  tag: string,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  ...children: readonly SvgChild[]
): SvgElement {
  return { tag, attributes, children };
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for element content and attribute values; characters that XML forbids are dropped. */
export function escapeText(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** Two decimals are below what a screen shows, and keep files and snapshots calm. */
function formatValue(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeText(value);
}

/** The element as SVG text. */
export function render(node: SvgElement): string {
  const attributes = Object.entries(node.attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${formatValue(value!)}"`)
    .join('');
  const children = node.children
    .map((child) => (typeof child === 'string' ? escapeText(child) : render(child)))
    .join('');
  return children === ''
    ? `<${node.tag}${attributes}/>`
    : `<${node.tag}${attributes}>${children}</${node.tag}>`;
}
