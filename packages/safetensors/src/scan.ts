import { WeightsError } from './errors.js';

/** One tensor's record as the header gives it, not yet checked. */
export interface RawEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: number[];
  readonly offsets: number[];
}

/**
 * Reads the one JSON form that a header may have, in one pass, and stops at the first character that departs from it.
 *
 * JSON.parse would build whatever it is given first (nestings, millions of values) and keep the last of two entries of
 * one name; here unknown forms are refused where they start, and duplicate names are refused.
 */
export function scanHeader(text: string, file: string): { entries: RawEntry[]; metadata: Record<string, string> } {
  const cursor = createCursor(text, file);
  const entries: RawEntry[] = [];
  const metadata: Record<string, string> = {};
  cursor.record((name) => {
    if (name === '__metadata__') cursor.record((key) => define(metadata, key, cursor.string()));
    else entries.push(scanEntry(cursor, name));
  });
  cursor.end();
  return { entries, metadata };
}

/** Defines rather than assigns, so that a key such as `__proto__` is a key like any other. */
const define = (record: Record<string, string>, key: string, value: string) =>
  Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });

function scanEntry(cursor: Cursor, name: string): RawEntry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  cursor.record((key) => {
    if (key === 'dtype') dtype = cursor.string();
    else if (key === 'shape') shape = cursor.integers();
    else if (key === 'data_offsets') offsets = cursor.integers();
    else cursor.fail('dtype, shape or data_offsets');
  });
  if (dtype === undefined || !shape || !offsets) return cursor.fail('dtype, shape and data_offsets for every tensor');
  return { name, dtype, shape, offsets };
}

interface Cursor {
  record(onKey: (key: string) => void): void;
  string(): string;
  integers(): number[];
  end(): void;
  fail(expected: string): never;
}

const integerPattern = /0|[1-9][0-9]{0,15}/y;
const spacePattern = /[ \t\r\n]*/y;

function createCursor(text: string, file: string): Cursor {
  let at = 0;
  const fail = (expected: string): never => {
    const got = at < text.length ? JSON.stringify(text.slice(at, at + 20)) : 'the end';
    throw new WeightsError(`${file}: header, character ${at}: expected ${expected}, got ${got}. The file is damaged or no safetensors file: get it again.`, {
      details: { file, at },
    });
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const skip = () => void take(spacePattern);
  const accept = (character: string): boolean => {
    skip();
    const found = text[at] === character;
    if (found) at++;
    return found;
  };
  const expect = (character: string): void => {
    if (!accept(character)) fail(`"${character}"`);
  };
  const list = (close: string, item: () => void) => {
    if (accept(close)) return;
    do item();
    while (accept(','));
    expect(close);
  };
  const string = (): string => {
    skip();
    if (text[at] !== '"') fail('a string');
    const close = closingQuote(text, at);
    try {
      const value = JSON.parse(text.slice(at, close + 1)) as string;
      at = close + 1;
      return value;
    } catch {
      return fail('a string');
    }
  };
  const record = (onKey: (key: string) => void) => {
    const seen = new Set<string>();
    expect('{');
    list('}', () => {
      const key = string();
      if (seen.has(key)) fail(`every name once, and "${key.slice(0, 80)}" came twice`);
      seen.add(key);
      expect(':');
      onKey(key);
    });
  };
  const integers = (): number[] => {
    const values: number[] = [];
    expect('[');
    list(']', () => {
      skip();
      values.push(Number(take(integerPattern) ?? fail('an integer that is not negative')));
    });
    return values;
  };
  const end = () => {
    skip();
    if (at < text.length) fail('the end of the header');
  };
  return { record, string, integers, end, fail };
}

/** Position of the quote that closes the string opened at `open`, or the last position if none does. */
function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return text.length - 1;
}
