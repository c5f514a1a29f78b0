import { ConfigError } from './errors.js';

/** Every field of a type: a table that lacks one, or has another, does not compile. */
export type FieldsOf<T> = { readonly [Name in keyof T]-?: true };

/**
 * Refuses fields that are not known: a misspelt setting must not be passed over in silence.
 *
 * @param where  what has the fields, such as `train`
 * @throws ConfigError  naming the unknown fields and the known ones; or if there is no object that could have fields
 */
export function checkFields(where: string, given: object, known: readonly string[]): void {
  // Plain JavaScript can leave an argument out, or forget to await it.
  if (typeof given !== 'object' || given === null || given instanceof Promise) {
    const got = given instanceof Promise ? 'a promise. Await it.' : `${String(given)}. Pass an object.`;
    throw new ConfigError(`${where}: expected fields of ${known.join(', ') || 'no name'}, got ${got}`, { details: { where, known } });
  }
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new ConfigError(`${where}: expected fields of ${known.join(', ') || 'no name'}, got ${unknown.join(', ')}. Correct the name, or leave it out.`, {
    details: { where, unknown, known },
  });
}
