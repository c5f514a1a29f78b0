import type { Rng } from '@prefix-tuning/base';

/** One of the items, each as likely as the others. */
export function pick<T>(rng: Rng, items: readonly T[]): T {
  return items[rng.integer(items.length)]!;
}

export function chance(rng: Rng, probability: number): boolean {
  return rng.uniform() < probability;
}

/** An integer from `low` to `high`, both included. */
export function between(rng: Rng, low: number, high: number): number {
  return low + rng.integer(high - low + 1);
}

/** `a pub`, `an Italian pub` */
export function withArticle(noun: string): string {
  return /^(?:[aeio]|un(?!i)|8)/i.test(noun) && !/^one\b/i.test(noun) ? `an ${noun}` : `a ${noun}`;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `a`, `a and b`, `a, b and c` */
export function listOf(items: readonly string[], conjunction = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items.at(-1)}`;
}

/**
 * `count` different texts from a writer that draws at random; fewer if it keeps repeating itself.
 *
 * @param write  called with a stream of its own for each attempt
 */
export function differentTexts(rng: Rng, count: number, write: (rng: Rng) => string): string[] {
  const texts = new Set<string>();
  for (let attempt = 0; texts.size < count && attempt < 4 * count; attempt++) texts.add(write(rng.fork(`text ${attempt}`)));
  return [...texts];
}
