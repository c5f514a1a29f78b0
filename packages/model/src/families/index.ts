import { ConfigError } from '@prefix-tuning/base';
import type { Family } from './family.js';
import { bart } from './bart/index.js';
import { gpt2 } from './gpt2/index.js';
import { llamaKinds } from './llama/index.js';

/** Every family there is, by `model_type`: one folder and one row each; kinds of Llama share a folder. */
export const families = { gpt2, bart, ...llamaKinds } as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;

/**
 * The family that a config.json asks for.
 *
 * @throws ConfigError  if there is none of that `model_type`
 */
export function familyOf(raw: Readonly<Record<string, unknown>>, file: string): Family {
  const name = raw['model_type'];
  if (typeof name !== 'string' || !Object.hasOwn(families, name)) {
    throw new ConfigError(
      `${file}: model_type: expected one of ${Object.keys(families).join(', ')}, got ${JSON.stringify(name)}. Choose a checkpoint of these families.`,
      { details: { file, field: 'model_type', value: name } },
    );
  }
  return families[name as FamilyName];
}
