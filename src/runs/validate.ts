/** Small checks that turn unknown JSON into protocol types. Each is tied to its type by the compiler. */

/** Where in the JSON (`layers[2].density`) and what was expected there. */
export class Invalid extends Error {
  constructor(
    readonly where: string,
    readonly expected: string,
  ) {
    super(`${where} is not ${expected}`);
  }
}

/** @throws Invalid */
export type Check<T> = (value: unknown, where: string) => T;

export const text =
  (longest: number): Check<string> =>
  (value, where) => {
    if (typeof value !== 'string' || value.length > longest)
      throw new Invalid(where, `a text of at most ${longest} characters`);
    return value;
  };

const notFinite: Record<string, number> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity };

/** JSON has no NaN or infinity: the journal writes them as texts. */
export const encodeNumber = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

export const number: Check<number> = (value, where) => {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && Object.hasOwn(notFinite, value)) return notFinite[value];
  throw new Invalid(where, 'a number');
};

export const whole: Check<number> = (value, where) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Invalid(where, 'a whole number from 0');
  return value as number;
};

export const oneOf =
  <const T extends readonly (string | number | boolean)[]>(...choices: T): Check<T[number]> =>
  (value, where) => {
    if (!choices.includes(value as T[number])) throw new Invalid(where, choices.join(' or '));
    return value as T[number];
  };

export const list =
  <T>(check: Check<T>, longest: number): Check<T[]> =>
  (value, where) => {
    if (!Array.isArray(value) || value.length > longest) throw new Invalid(where, `a list of at most ${longest}`);
    return value.map((item, index) => check(item, `${where}[${index}]`));
  };

export const pair =
  <T>(check: Check<T>): Check<[T, T]> =>
  (value, where) => {
    if (!Array.isArray(value) || value.length !== 2) throw new Invalid(where, 'a pair');
    return [check(value[0], `${where}[0]`), check(value[1], `${where}[1]`)];
  };

export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, where) =>
    value === undefined ? undefined : check(value, where);

export const orNull =
  <T>(check: Check<T>): Check<T | null> =>
  (value, where) =>
    value === null ? null : check(value, where);

/** A JSON object with these fields; others, say of a newer version, are left out. */
export const object =
  <T extends object>(fields: { [K in keyof T]-?: Check<T[K]> }): Check<T> =>
  (value, where) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Invalid(where || 'it', 'an object');
    const result: Partial<T> = {};
    for (const key of Object.keys(fields) as (keyof T & string)[]) {
      const found = (value as Record<string, unknown>)[key];
      const checked = fields[key](found, where ? `${where}.${key}` : key);
      if (checked !== undefined) result[key] = checked;
    }
    return result as T;
  };
