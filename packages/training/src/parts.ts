import { ConfigError } from '@prefix-tuning/base';

/**
 * Plain JavaScript can forget to await a part, or pass another.
 *
 * @param where  the function and its field, such as `train: model`
 * @param present  something that the part has
 * @throws ConfigError  if that is missing
 */
export function checkPart(where: string, present: unknown, maker: string): void {
  if (present !== undefined) return;
  throw new ConfigError(`${where}: expected what ${maker} gives, got something else. Await it if it is a promise.`, { details: { field: where.split(': ').at(-1) } });
}
