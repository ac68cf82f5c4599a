/** What a person typed into a field for whole numbers. */
export interface ReadNumber {
  /** The nearest number that can be used; undefined where none was meant. */
  readonly value: number | undefined;
  /** Why the text is not that number. */
  readonly hint?: string;
}

/** Reads a whole number from `min` to `max`; one outside becomes the nearest, with a hint. */
export function readWholeNumber(text: string, min: number, max: number): ReadNumber {
  const range = `${min} to ${max}`;
  const number = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(number)) return { value: undefined, hint: `a whole number, ${range}` };
  if (!Number.isInteger(number)) return { value: undefined, hint: `whole numbers only, ${range}` };
  if (number < min) return { value: min, hint: `${min} is the least` };
  if (number > max) return { value: max, hint: `${max} is the most` };
  return { value: number };
}
