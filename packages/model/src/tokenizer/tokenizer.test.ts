import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fixture, goldenJson } from '../../test/golden.js';
import { createTokenizer, loadTokenizer } from '../index.js';

interface Golden {
  lines: string[];
  tiny: number[][];
  decoded: string[];
  gpt2: string;
  files: { file: string; lines: number; digest: string }[];
}
const golden = goldenJson<Golden>('tokenizer');

test('what is no text is not encoded', async () => {
  const { encode } = await loadTokenizer(fixture('gpt2'));
  for (const none of [undefined, null, 5]) expect(() => encode(none as never)).toThrow(/tokenizer.json: expected text to encode, got (undefined|null|number). Pass a string./);
});

test('ids and text of hostile lines equal Python', async () => {
  const tokenizer = await loadTokenizer(fixture('gpt2'));
  golden.lines.forEach((line, i) => {
    const ids = tokenizer.encode(line);
    expect(ids, JSON.stringify(line)).toEqual(golden.tiny[i]);
    expect(tokenizer.decode(ids)).toBe(golden.decoded[i]);
  });
  expect(tokenizer.decode([0, ...tokenizer.encode('cheap')], { skipSpecialTokens: true })).toBe('cheap');
  expect(tokenizer.idOf('<|endoftext|>')).toBe(0);
  expect(tokenizer.tokenOf(0)).toBe('<|endoftext|>');
  expect(tokenizer.size).toBe(400);
});

test('digits stand apart as in Python, those outside ASCII too', async () => {
  const json = JSON.parse(readFileSync(`${fixture('gpt2')}/tokenizer.json`, 'utf8')) as Record<string, unknown>;
  const pretokenizers = [{ type: 'Digits', individual_digits: true }, json['pre_tokenizer']];
  const { encode } = createTokenizer({ ...json, pre_tokenizer: { type: 'Sequence', pretokenizers } });
  expect(encode('40 km\u00b2 \u00bd 12\u0663')).toEqual([20, 16, 221, 75, 77, 127, 111, 221, 127, 122, 221, 17, 18, 150, 97]);
});

const data = process.env['PREFIX_TUNING_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** SHA-256 of all ids as 32-bit little-endian integers, each line followed by -1. */
function digest(rows: Iterable<number[]>): string {
  const hash = createHash('sha256');
  for (const ids of rows) hash.update(Buffer.from(Int32Array.of(...ids, -1).buffer));
  return hash.digest('hex');
}

test.skipIf(!existsSync(`${data}/gpt2/tokenizer.json`))("ids of 10,200 real lines and the hostile ones under GPT-2's own vocabulary equal Python", () => {
  const tokenizer = createTokenizer(JSON.parse(readFileSync(`${data}/gpt2/tokenizer.json`, 'utf8')) as Record<string, unknown>);
  expect(digest(golden.lines.map((line) => tokenizer.encode(line)))).toBe(golden.gpt2);
  for (const { file, lines, digest: expected } of golden.files) {
    const bytes = readFileSync(`${data}/${file}`);
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    expect(digest(text.split('\n').slice(0, lines).map((line) => tokenizer.encode(line))), file).toBe(expected);
  }
}, 180_000);
