/** `0.91`, `+0.05`, `−0.10`: two decimals unless asked for others, and a true minus sign. */
export function formatNumber(value: number, signed = false, digits = 2): string {
  const rounded = Math.round(value * 10 ** digits) / 10 ** digits;
  const text = Math.abs(rounded).toFixed(digits);
  if (rounded < 0) return `−${text}`;
  return signed && rounded > 0 ? `+${text}` : text;
}
