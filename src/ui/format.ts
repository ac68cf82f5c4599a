/** Numbers as the page writes them: a true minus sign, a fixed number of digits, plain units. */

const MINUS = '\u2212';

/** Keeps what belongs together on one line. */
const NBSP = '\u00a0';

/** `+2.1`, `−0.4`, `0.0`. */
export function signed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? MINUS : '+'}${text}`;
}

/** `0.91`, `−0.05`. */
export function plain(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** `0.91 [0.88, 0.93]`. */
export function withInterval(
  { value, low, high }: { value: number; low: number; high: number },
  digits = 2,
): string {
  return `${plain(value, digits)} [${plain(low, digits)},${NBSP}${plain(high, digits)}]`;
}

/** `p = 0.004`, `p < 0.001`. */
export function pValue(p: number): string {
  return p < 0.001 ? `p${NBSP}<${NBSP}0.001` : `p${NBSP}=${NBSP}${p.toFixed(3)}`;
}

/** `12 kB`, `6.1 MB`, `5.46 GB`. */
export function byteCount(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
