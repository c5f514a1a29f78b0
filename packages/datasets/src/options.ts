import { checkFields, ConfigError } from '@prefix-tuning/base';
import type { DatasetDefinition, DatasetOptions } from './define.js';
import { show } from './errors.js';

/**
 * A definition's options with the caller's over them; one that is undefined is left out.
 *
 * @throws ConfigError  for an option that does not exist, or a value that it cannot have
 */
export function mergeOptions({ name, options: defaults, choices = {} }: DatasetDefinition<unknown, DatasetOptions>, options: Partial<DatasetOptions>): DatasetOptions {
  const where = `${name} options`;
  if (kindOf(options) !== 'object') throw new ConfigError(`${where}: expected an object, got ${show(options)}.`);
  checkFields(where, options, Object.keys(defaults));
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [option, value] of given) {
    checkKind(`${where}.${option}`, value, defaults[option]);
    checkChoice(`${where}.${option}`, value, choices[option]);
  }
  return { ...defaults, ...Object.fromEntries(given) } as DatasetOptions;
}

function checkKind(where: string, value: unknown, fallback: unknown): void {
  const fits = kindOf(value) === kindOf(fallback) && (!Array.isArray(value) || value.every((item) => typeof item === 'string'));
  if (!fits) throw new ConfigError(`${where}: expected a value like the default ${show(fallback)}, got ${show(value)}.`);
}

function checkChoice(where: string, value: unknown, choices: readonly string[] | undefined): void {
  const wrong = choices && [value].flat().find((each) => !choices.includes(each as string));
  if (wrong !== undefined) throw new ConfigError(`${where}: expected ${choices!.join(', ')}, got ${show(wrong)}. Correct the value.`);
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
}
