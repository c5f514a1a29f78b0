import { xoroshiro128plus, type RandomGenerator } from 'pure-rand';
import { ConfigError } from './errors.js';

/** A stream of random numbers that is an argument, never ambient, and can be saved and continued. */
export interface Rng {
  /** An independent stream that depends only on this stream's seed and the name, not on what was drawn before. */
  fork(name: string): Rng;
  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** A new array with the items in random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** `count` different items, in random order. Throws a RangeError if there are fewer. */
  sample<T>(items: readonly T[], count: number): T[];
  /** Everything needed to continue: feed it to {@link restoreRng}. */
  state(): RngState;
}

export interface RngState {
  readonly seed: number;
  readonly generator: readonly number[];
}

/**
 * Creates a random stream (xoroshiro128+) from a seed.
 *
 * @param seed  an integer, or any text, which is hashed
 * @throws ConfigError  if it is neither a number nor text
 */
export function createRng(seed: number | string): Rng {
  if (typeof seed !== 'number' && typeof seed !== 'string') {
    throw new ConfigError(`createRng: expected a whole number or text as seed, got ${String(seed)}. Choose one.`, { details: { seed } });
  }
  const number = typeof seed === 'number' ? seed | 0 : hash(seed);
  // The generator's first numbers show its seed: from small ones they are all close to 0 or 1.
  return fromGenerator(number, xoroshiro128plus(typeof seed === 'number' ? hash(String(number)) : number));
}

/** Continues a stream from {@link Rng.state}. */
export function restoreRng(state: RngState): Rng {
  return fromGenerator(state.seed, xoroshiro128plus.fromState(state.generator));
}

function fromGenerator(seed: number, generator: RandomGenerator): Rng {
  const uniform = () => (generator.unsafeNext() >>> 0) / 2 ** 32;
  const rng: Rng = {
    fork: (name) => createRng(`${seed}/${name}`),
    uniform,
    integer: (bound) => Math.floor(uniform() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    shuffle: (items) => rng.sample(items, items.length),
    sample: (items, count) => {
      if (count > items.length) throw new RangeError(`sample: expected at most ${items.length} items, got ${count}`);
      const pool = [...items];
      for (let i = 0; i < count; i++) {
        const j = i + rng.integer(pool.length - i);
        [pool[i], pool[j]] = [pool[j]!, pool[i]!];
      }
      return pool.slice(0, count);
    },
    state: () => ({ seed, generator: generator.getState!() }),
  };
  return rng;
}

/** FNV-1a over UTF-16 code units, then a finaliser (murmur3's), so that near names give far seeds. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
