import { ConfigError } from '@prefix-tuning/base';
import type { Profile } from './profile.js';

/**
 * Changes settings of a profile by path, such as `lowData/subsets=5` or `tuned/prefix-0.1%/e2e/learningRate=1e-3`.
 *
 * @throws ConfigError  naming what there is, if a path leads nowhere or the value is of another kind or out of range
 */
export function withSettings(profile: Profile, settings: readonly string[]): Profile {
  return settings.reduce((changed, setting) => {
    const at = setting.indexOf('=');
    if (at < 0) throw new ConfigError(`--set: expected path=value, got ${setting}. Such as --set lowData/subsets=5.`);
    return replaceAt(changed, setting.slice(0, at).split('/'), { setting, value: setting.slice(at + 1) }) as Profile;
  }, profile);
}

function replaceAt(node: unknown, [key, ...rest]: readonly string[], given: { setting: string; value: string }): unknown {
  if (key === undefined) return parseLike(node, given);
  const children = node as Record<string, unknown>;
  if (rest.length === 0 && mayHave(node, key, given)) return { ...withoutRival(children, key), [key]: parseLike(0, given) };
  if (typeof node !== 'object' || node === null || Array.isArray(node) || !Object.hasOwn(node, key)) {
    const known = typeof node === 'object' && node !== null && !Array.isArray(node) ? Object.keys(node).join(', ') : 'a value';
    throw new ConfigError(`--set ${given.setting}: expected one of ${known} at ${key}, got none of them. See --list.`);
  }
  return { ...children, [key]: replaceAt(children[key], rest, given) };
}

/** What a row of `Tuned` need not have; section 6.3 trains for so many steps, whatever the row says. */
function mayHave(node: unknown, key: string, { setting }: { setting: string }): boolean {
  const optional = setting.startsWith('lowData/') ? ['labelSmoothing', 'length'] : ['labelSmoothing', 'length', 'epochs', 'steps'];
  return typeof node === 'object' && node !== null && 'learningRate' in node && optional.includes(key);
}

/** Epochs and steps stand for each other. */
const rivals: Readonly<Record<string, string>> = { epochs: 'steps', steps: 'epochs' };

const withoutRival = (row: Readonly<Record<string, unknown>>, key: string) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== rivals[key]));

function parseLike(old: unknown, { setting, value }: { setting: string; value: string }): unknown {
  if (typeof old === 'string') return value;
  if (typeof old === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  const [expected, fits] = rangeOf(setting.slice(0, setting.indexOf('=')));
  const numbers = value.split(',').map((part) => (/\S/.test(part) ? Number(part) : NaN));
  if (numbers.every((number) => Number.isFinite(number) && fits(number))) {
    if (Array.isArray(old)) return [...new Set(numbers)];
    if (typeof old === 'number' && numbers.length === 1) return numbers[0];
  }
  throw new ConfigError(`--set ${setting}: expected ${expectation(old, expected)}, got ${value}.`);
}

function expectation(old: unknown, number: string): string {
  if (Array.isArray(old)) return `numbers with commas between, each ${number}`;
  if (typeof old === 'object') return `one of its settings, ${Object.keys(old!).join(', ')}`;
  return typeof old === 'boolean' ? 'true or false' : number;
}

type Range = readonly [text: string, fits: (value: number) => boolean];

const whole = (least: number): Range => [`a whole number of at least ${least}`, (value) => Number.isSafeInteger(value) && value >= least];
const positive: Range = ['a number above 0', (value) => value > 0];
const share: Range = ['a number above 0 and below 1', (value) => value > 0 && value < 1];

/** By path or its last name; a whole number of at least 1 unless it is here. */
const ranges: Readonly<Record<string, Range>> = {
  seeds: whole(0),
  'lowData/seeds': whole(1),
  test: whole(0),
  'data/test': whole(1),
  'adapter-3%': share,
  'adapter-0.1%': share,
  learningRate: positive,
  epochs: positive,
  labelSmoothing: ['a number from 0 and below 1', (value) => value >= 0 && value < 1],
  devShare: share,
  warmupSteps: whole(0),
  minNewTokens: whole(0),
  noRepeatNgramSize: whole(0),
  lengthPenalty: ['a number', () => true],
};

const rangeOf = (path: string): Range => ranges[path] ?? ranges[path.split('/').at(-1)!] ?? whole(1);
