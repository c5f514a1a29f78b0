import { bucket } from './buckets.js';

/**
 * Prompts packed in one row of tokens, without padding between them. What two prompts that follow each other begin with
 * alike stands there once: in sorted order, the row is the tree of all beginnings.
 */
export interface Pack {
  readonly ids: readonly number[];
  /** Where each prompt's tokens stand, of as many prompts as were taken. */
  readonly paths: readonly (readonly number[])[];
}

/** A prompt to pack. */
export interface Packable {
  readonly ids: readonly number[];
  /** Slots of a prefix that it has to itself; prompts with the same one share tokens too. */
  readonly own?: number;
}

/**
 * Tokens of a pack, unless its first prompt is longer. A row of them is as good for products as a longer one, and attention,
 * which compares each with all, is some twentieth of the work.
 */
export const PACK_TOKENS = 256;

/** Packs as many of the first prompts as fit, at least one. */
export function packPrompts(prompts: readonly Packable[]): Pack {
  const ids: number[] = [];
  const paths: number[][] = [];
  // What the first one's program has room for costs no more.
  const room = Math.max(PACK_TOKENS, packSize(prompts[0]?.ids.length ?? 0));
  let used = 0;
  for (const [i, { ids: prompt, own = 0 }] of prompts.entries()) {
    const before = prompts[i - 1];
    // Tokens after a prefix are no other prompt's, even one's without a prefix.
    const alike = before && own === 0 && !before.own ? commonLength(before.ids, prompt) : 0;
    used += prompt.length - alike + own;
    if (i > 0 && used > room) break;
    paths.push([...(paths[i - 1] ?? []).slice(0, alike), ...prompt.slice(alike).map((id) => ids.push(id) - 1)]);
  }
  return { ids, paths };
}

/** Tokens that a program for a pack has: few sizes. */
export const packSize = (tokens: number): number => (tokens > PACK_TOKENS / 4 && tokens <= PACK_TOKENS ? ceilTo(tokens, PACK_TOKENS / 4) : bucket(tokens));

const ceilTo = (n: number, step: number): number => Math.ceil(n / step) * step;

function commonLength(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) if (a[i] !== b[i]) return i;
  return end;
}

/** The order in which prompts that begin alike follow each other. */
export function compareTokens(a: readonly number[], b: readonly number[]): number {
  const alike = commonLength(a, b);
  return (a[alike] ?? -1) - (b[alike] ?? -1);
}
