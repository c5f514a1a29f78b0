import { ConfigError } from '@prefix-tuning/base';
import { sizeOf } from '@prefix-tuning/jit';

/** Names and shapes of parameters. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** How many numbers parameters of these shapes hold. */
export const countOf = (shapes: Shapes): number => Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);

/** @throws ConfigError  if a setting is not a whole number of at least `least` */
export function checkWhole(method: string, settings: Readonly<Record<string, number>>, least = 1): void {
  for (const [name, value] of Object.entries(settings)) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new ConfigError(`${method}: expected ${name} to be a whole number of at least ${least}, got ${value}.`, { details: { method, name, value } });
  }
}

/** @throws ConfigError  if a setting is no list, such as a lone word from plain JavaScript */
export function checkList(method: string, field: string, value: unknown): void {
  if (Array.isArray(value)) return;
  throw new ConfigError(`${method}: expected ${field} to be a list, got ${String(value)}. Put [ ] around it.`, { details: { field, value } });
}
