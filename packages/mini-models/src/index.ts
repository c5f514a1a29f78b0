import { ConfigError } from '@prefix-tuning/base';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The models that lie in this package, each a Hugging Face folder with a card (README.md). */
export const miniModels = ['mini-gpt2-medium', 'mini-gpt2-large', 'mini-bart'] as const;
export type MiniModelName = (typeof miniModels)[number];

/**
 * The folder of a shipped model, for `loadModel`.
 *
 * @throws ConfigError  if there is no model of that name
 */
export function miniModelFolder(name: MiniModelName): string {
  if (!miniModels.includes(name)) throw new ConfigError(`mini-models: expected one of ${miniModels.join(', ')}, got ${name}.`);
  return join(fileURLToPath(new URL('..', import.meta.url)), 'models', name);
}
