/** Lines of JSON whose fields are checked one by one, so that a bad line is named and nothing guessed. */

export type FieldCheck = (value: unknown) => boolean;

export const isString: FieldCheck = (value) => typeof value === 'string';
export const isNumber: FieldCheck = (value) => typeof value === 'number' && Number.isFinite(value);
export const isCount: FieldCheck = (value) => Number.isInteger(value) && (value as number) >= 0;
export const isBoolean: FieldCheck = (value) => typeof value === 'boolean';
export const isOneOf =
  (...allowed: unknown[]): FieldCheck =>
  (value) =>
    allowed.includes(value);
export const isAny =
  (...checks: FieldCheck[]): FieldCheck =>
  (value) =>
    checks.some((check) => check(value));

/** What each field of a record has to look like; fields that are not named are let through. */
export type FieldChecks<Record> = { readonly [Field in keyof Record]: FieldCheck };

/**
 * Reads a record a line; empty lines are skipped.
 * @param name the file's name, for messages
 * @param kind what the records are of, like `probe`, for messages
 * @throws naming the line (from 1) and the field that is wrong
 */
export function parseJsonLines<Record>(
  text: string,
  name: string,
  fields: FieldChecks<Record>,
  kind: string,
): Record[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    return [parseLine(line, `Line ${index + 1} of ${name}`, fields, kind)];
  });
}

function parseLine<Record>(
  line: string,
  where: string,
  fields: FieldChecks<Record>,
  kind: string,
): Record {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(
      `${where} should hold one record as JSON, but is not valid JSON (${(error as Error).message}). Remove or correct that line.`,
      { cause: error },
    );
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Error(`${where} should hold one record, but holds no JSON object. Remove that line.`);
  }
  for (const [field, check] of Object.entries<FieldCheck>(fields)) {
    const found = (value as { [field: string]: unknown })[field];
    if (check(found)) continue;
    const shown = found === undefined ? 'is missing' : `is ${JSON.stringify(found).slice(0, 80)}`;
    throw new Error(
      `${where}: the field "${field}" ${shown}, which no ${kind} record has. Remove or correct that line.`,
    );
  }
  return value as Record;
}
