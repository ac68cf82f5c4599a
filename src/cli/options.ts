/** Options, their parsers (a wrong value becomes one sentence) and their description in the help. */
import { Option, InvalidArgumentError, type Command } from 'commander';
import { parseScheme, parseSchemes, parseStrengths } from '../results/scheme.ts';
import type { Scheme } from '../results/records.ts';
import { COMPUTE_TYPES } from '../models/compute.ts';
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
export const strengthsOption: (text: string) => Scheme[] = asArgument(parseStrengths);

/**
 * An option that has to be given. Commander's own kind is missed before unknown options are looked
 * for, so that `--uot x` would be answered with a complaint about `--out`.
 */
export class NeededOption extends Option {}

/** Ends the process with a sentence where a needed option was not given. For a `preAction` hook. */
export function checkNeeded(command: Command): void {
  const missing = command.options.find(
    (option) =>
      option instanceof NeededOption &&
      command.getOptionValue(option.attributeName()) === undefined,
  );
  if (missing) command.error(`error: required option '${missing.flags}' not specified`);
}

/** An option whose default is written as a person would type it. */
export function typedOption<T>(
  flags: string,
  description: string,
  parse: (text: string) => T,
  typed: string,
): Option {
  return new Option(flags, description).argParser(parse).default(parse(typed), typed);
}

/** What models compute in. */
export function computeOption(): Option {
  return new Option(
    '--compute <type>',
    'what numbers it computes in; float16 on webgpu needs an adapter with half floats',
  )
    .choices(COMPUTE_TYPES)
    .default('float32');
}

/** An option's text in the help, values as a person types them. */
export function describeOption(option: Option): string {
  const { description, argChoices, defaultValue } = option;
  const shown: unknown = option.defaultValueDescription ?? defaultValue;
  const notes = [
    ...(option instanceof NeededOption ? ['required'] : []),
    ...(argChoices ? [argChoices.join(', ')] : []),
    ...(shown === undefined || option.isBoolean() ? [] : [`default: ${shown}`]),
  ];
  return notes.length > 0 ? `${description} (${notes.join('; ')})` : description;
}
