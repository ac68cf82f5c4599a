/** Parsers of option values; a wrong value becomes one sentence. */
import { InvalidArgumentError } from 'commander';
import { parseScheme, parseSchemes } from '../results/scheme.ts';
import type { Scheme } from '../results/records.ts';
import type { Provider } from '../runtime/engine.ts';

export const PROVIDERS: readonly Provider[] = ['cpu', 'wasm', 'webgpu'];

export function wholeNumberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It has to be a whole number from ${least}.`);
  };
}

/** A parser whose errors become complaints about an argument. */
export function asArgument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

export const schemeOption: (text: string) => Scheme = asArgument(parseScheme);
export const schemesOption: (text: string) => Scheme[] = asArgument(parseSchemes);
