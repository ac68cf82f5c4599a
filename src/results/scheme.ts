/** Position schemes by name: what a person types, and what records and file names carry. */
import type { Scheme } from './records.ts';

export const STANDARD: Scheme = { label: 'standard', strength: 0 };
export const BALANCED: Scheme = { label: 'balanced', strength: 1 };

/** The scheme of a balance strength in [0, 1]; 0 is `standard`, 1 is `balanced`, else its number. */
export function schemeOf(strength: number): Scheme {
  if (!(strength >= 0 && strength <= 1)) {
    throw new Error(`A balance strength lies between 0 and 1, but ${strength} was given.`);
  }
  if (strength === 0) return STANDARD;
  if (strength === 1) return BALANCED;
  return { label: String(strength), strength };
}

/**
 * Reads `standard`, `balanced` or a strength between 0 and 1.
 * @throws a sentence for the reader on anything else
 */
export function parseScheme(text: string): Scheme {
  const word = text.trim().toLowerCase();
  if (word === STANDARD.label) return STANDARD;
  if (word === BALANCED.label) return BALANCED;
  const strength = word === '' ? NaN : Number(word);
  if (!(strength >= 0 && strength <= 1)) {
    throw new Error(
      `A scheme is "standard", "balanced" or a strength between 0 and 1, but "${text}" was given.`,
    );
  }
  return schemeOf(strength);
}

/** Reads a list like `standard,balanced,0.5`; each scheme once. */
export function parseSchemes(text: string): Scheme[] {
  const schemes = text.split(',').map(parseScheme);
  const labels = schemes.map((scheme) => scheme.label);
  const twice = labels.find((label, index) => labels.indexOf(label) !== index);
  if (twice !== undefined) {
    throw new Error(`The scheme "${twice}" is named twice in "${text}". Name each scheme once.`);
  }
  return schemes;
}

/** Reads a list of strengths like `0,.25,.5,.75,1`; each once. */
export function parseStrengths(text: string): Scheme[] {
  const wrong = text.split(',').find((part) => part.trim() === '' || Number.isNaN(Number(part)));
  if (wrong !== undefined)
    throw new Error(
      `Strengths are numbers between 0 and 1 with commas between them, but "${wrong}" in "${text}" is none.`,
    );
  return parseSchemes(text);
}
