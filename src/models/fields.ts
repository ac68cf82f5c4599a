/** Typed look-ups in a parsed JSON config, with errors that name the file and the field. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** A part of a config file: `where` is what error sentences call it. */
export class Fields {
  readonly where: string;
  readonly json: JsonObject;

  constructor(where: string, json: JsonObject) {
    this.where = where;
    this.json = json;
  }

  has(name: string): boolean {
    return this.json[name] !== undefined && this.json[name] !== null;
  }

  /** A nested object. */
  section(name: string): Fields {
    const value = this.json[name];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.error(name, 'an object');
    }
    return new Fields(`${this.where}, ${name}`, value as JsonObject);
  }

  /** A whole number above zero. */
  count(name: string, byDefault?: number): number {
    const value = this.#value(name, byDefault);
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw this.error(name, 'a whole number above 0');
    }
    return value as number;
  }

  integer(name: string, byDefault?: number): number {
    const value = this.#value(name, byDefault);
    if (!Number.isSafeInteger(value)) throw this.error(name, 'a whole number');
    return value as number;
  }

  number(name: string, byDefault?: number): number {
    const value = this.#value(name, byDefault);
    if (typeof value !== 'number' || !Number.isFinite(value)) throw this.error(name, 'a number');
    return value;
  }

  flag(name: string, byDefault: boolean): boolean {
    const value = this.#value(name, byDefault);
    if (typeof value !== 'boolean') throw this.error(name, 'true or false');
    return value;
  }

  /** One of `choices`. */
  choice<T extends string>(name: string, choices: readonly T[], byDefault?: T): T {
    const value = this.#value(name, byDefault);
    if (!choices.includes(value as T)) throw this.error(name, `one of ${choices.join(', ')}`);
    return value as T;
  }

  /** Three numbers, one a colour channel. */
  triple(name: string): [number, number, number] {
    const value = this.json[name];
    const valid =
      Array.isArray(value) && value.length === 3 && value.every((item) => Number.isFinite(item));
    if (!valid) throw this.error(name, 'a list of three numbers');
    return value as [number, number, number];
  }

  error(name: string, expected: string): Error {
    const found = this.json[name];
    const shown = found === undefined ? 'it is missing' : `${JSON.stringify(found)} was found`;
    return new Error(`${this.where}: ${name} should be ${expected}, but ${shown}.`);
  }

  #value(name: string, byDefault: unknown): unknown {
    return this.has(name) ? this.json[name] : byDefault;
  }
}
