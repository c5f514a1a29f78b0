import { ConfigError } from '@prefix-tuning/base';

/**
 * An option's number.
 *
 * @returns undefined if it was not given
 * @throws ConfigError  if it is no number, below `least`, or not whole where it has to be
 */
export function numberOf(name: string, text: string | undefined, { least, whole = true }: { least: number; whole?: boolean }): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value))) return value;
  throw new ConfigError(`--${name}: expected a ${whole ? 'whole ' : ''}number of at least ${least}, got ${text}.`, { details: { option: name, value: text } });
}

/** @throws ConfigError  with the usage, if an option that has to be there is not */
export function required(name: string, value: string | undefined, usage: string): string {
  if (value !== undefined && value !== '') return value;
  throw new ConfigError(`--${name}: expected a value, got none.\n\n${usage}`, { details: { option: name } });
}
