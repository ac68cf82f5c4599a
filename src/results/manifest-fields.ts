/** What the fields of a run's manifest have to look like, for files that may be from anywhere. */
import { isAny, isCount, isNumber, isOneOf, isString, type FieldCheck } from './json-lines.ts';

/** Labels name files and tables, so that they hold no slash, no space and no markup. */
const LABEL = /^[\w.+-]+$/;

const isObject: FieldCheck = (value) =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const isLeaf = isAny(isString, isNumber);
const isMissing = isOneOf(undefined);
const isLeaves: FieldCheck = (value) => isObject(value) && Object.values(value!).every(isLeaf);
const isCounts: FieldCheck = (value) => Array.isArray(value) && value.every(isCount);
const isSchemes: FieldCheck = (value) =>
  Array.isArray(value) &&
  value.every(
    (scheme: { label?: unknown; strength?: unknown } | null) =>
      isString(scheme?.label) && LABEL.test(scheme!.label as string) && isNumber(scheme!.strength),
  );

/** By their path; what is written since there was a choice may be missing. */
const FIELDS: Readonly<Record<string, FieldCheck>> = {
  recordVersion: isCount,
  experiment: isString,
  'model.name': isString,
  'model.revision': isString,
  'model.weightHash': isString,
  'model.settingsHash': isAny(isString, isMissing),
  'model.family': isString,
  'model.dtype': isString,
  'runtime.provider': isString,
  'runtime.build': isString,
  'runtime.compute': isAny(isString, isMissing),
  'runtime.adapter': isString,
  'runtime.versions': isLeaves,
  imageProcessor: isObject,
  'imageSize.width': isCount,
  'imageSize.height': isCount,
  prompt: isString,
  renderedPrompt: isString,
  yesTokenIds: isCounts,
  noTokenIds: isCounts,
  schemes: isSchemes,
  'dataset.name': isString,
  'dataset.hash': isString,
  'dataset.items': isCount,
  groups: isCount,
  seed: isNumber,
  whiteCells: isCount,
  picturesPerBatch: isCount,
  settings: isAny(isLeaves, isMissing),
  decoding: isOneOf('greedy'),
  startedAt: isString,
};

/** The first field that no manifest has, in words; undefined where all are right. */
export function wrongField(manifest: object): string | undefined {
  for (const [path, check] of Object.entries(FIELDS)) {
    const found = path
      .split('.')
      .reduce<unknown>(
        (inner, name) => (inner as Record<string, unknown> | null)?.[name],
        manifest,
      );
    if (check(found)) continue;
    const shown = found === undefined ? 'is missing' : `is ${JSON.stringify(found).slice(0, 80)}`;
    return `the field "${path}" ${shown}`;
  }
  return undefined;
}
