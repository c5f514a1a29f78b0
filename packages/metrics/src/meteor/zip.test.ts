import { FileError } from '@prefix-tuning/base';
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { unzip } from './zip.js';

const long = 'a line of words\n'.repeat(1000);
const archive = () => zipSync({ 'a.txt': strToU8('one\n'), 'folder/b.txt': strToU8(long), 'c.txt': [strToU8('stored'), { level: 0 }] });
const DIRECTORY = strToU8('PK\x01\x02');

/** The archive with a two-byte field of its first directory entry changed. */
function spoilt(offset: number, value: number): Uint8Array {
  const bytes = Buffer.from(archive());
  bytes.writeUInt16LE(value, bytes.indexOf(DIRECTORY) + offset);
  return bytes;
}

test('gives the entries that pass the filter, deflated and stored', async () => {
  const entries = await unzip('x.jar', archive(), (name) => name !== 'a.txt');
  const texts = Object.fromEntries(Object.entries(entries).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]));
  expect(texts).toEqual({ 'folder/b.txt': long, 'c.txt': 'stored' });
});

test.each([
  ['no zip', strToU8('no zip'), 'no directory at its end'],
  ['cut', archive().subarray(0, -30), 'no directory at its end'],
  ['a damaged directory', spoilt(0, 0), 'a damaged directory'],
  ['a method that is not known', spoilt(10, 12), 'a.txt packed by method 12'],
  ['an entry of another length', spoilt(24, 9), '4 of the 9 bytes of a.txt'],
])('%s is an error that names the file', async (_, bytes, reason) => {
  const failure = unzip('x.jar', bytes, () => true);
  await expect(failure).rejects.toThrow(FileError);
  await expect(failure).rejects.toThrow(`expected a zip file at x.jar, got ${reason}. Fetch the file again.`);
});
