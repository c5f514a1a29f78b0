import { FileError, nodeModule } from '@prefix-tuning/base';
import { DatasetFormatError } from '../errors.js';

const { createReadStream } = nodeModule('node:fs');
const { Readable } = nodeModule('node:stream');
const { createGunzip } = nodeModule('node:zlib');

/** A file of a dataset: where it lies, and the name that errors show. */
export interface DataFile {
  readonly path: string;
  /** Relative to the dataset's folder, with forward slashes. */
  readonly name: string;
  /** The bytes, where the file lies in memory and not on a disk. */
  readonly content?: Uint8Array;
}

/** The bytes of a file in chunks; `.gz` is unpacked on the way. */
export async function* readBytes(file: DataFile): AsyncGenerator<Uint8Array> {
  if (file.content && !isGzip(file)) return yield file.content;
  const unpacker = isGzip(file) ? createGunzip({ chunkSize: 1 << 18 }) : undefined;
  const stream = file.content ? Readable.from([file.content]) : createReadStream(file.path, { highWaterMark: 1 << 18 });
  const bytes = unpacker ? stream.pipe(unpacker) : stream;
  stream.on('error', (error: Error) => bytes.destroy(error));
  try {
    yield* bytes as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw readError(file, error as NodeJS.ErrnoException);
  } finally {
    stream.destroy();
  }
}

function isGzip({ name }: DataFile): boolean {
  return name.endsWith('.gz');
}

function readError(file: DataFile, error: NodeJS.ErrnoException): Error {
  if (error.code?.startsWith('Z_')) {
    return new DatasetFormatError({ file: file.name }, `expected a gzip file, got: ${error.message}. Fetch it again or unpack it.`, { cause: error });
  }
  return new FileError(`${file.path}: expected a readable file, got ${error.code ?? error.message}.`, { details: { file: file.path }, cause: error });
}

/**
 * The text of a file in chunks, as UTF-8 with or without a byte-order mark.
 *
 * @throws DatasetFormatError  for any other encoding: nothing is replaced by question marks
 */
export async function* readText(file: DataFile): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  let first = true;
  // The character at the end of the chunks so far, which may be only begun.
  let begun: Uint8Array = new Uint8Array();
  const decode = (bytes?: Uint8Array) => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (error) {
      const place = { file: file.name, line: line + linesOfUtf8(concat(begun, bytes ?? new Uint8Array())) };
      throw new DatasetFormatError(place, 'expected UTF-8 text, got bytes that are none. Convert the file to UTF-8.', { cause: error });
    }
  };
  for await (const bytes of readBytes(file)) {
    if (first) refuseUtf16(file, bytes);
    first = false;
    const text = decode(bytes);
    if (text) yield text;
    line += count(text, '\n');
    begun = lastCharacter(bytes);
  }
  const rest = decode();
  if (rest) yield rest;
}

/** The whole text of a file; for forms that cannot be read piecewise. */
export async function readWholeText(file: DataFile): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of readText(file)) chunks.push(chunk);
  return chunks.join('');
}

function refuseUtf16(file: DataFile, bytes: Uint8Array): void {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) {
    throw new DatasetFormatError({ file: file.name, line: 1 }, 'expected UTF-8 text, got a UTF-16 byte-order mark. Convert the file to UTF-8.');
  }
}

/** How many whole lines from the start are UTF-8: a line feed is never part of a longer character. */
function linesOfUtf8(bytes: Uint8Array): number {
  let lines = 0;
  for (let start = 0, end = bytes.indexOf(0x0a); end >= 0 && isUtf8(bytes.subarray(start, end)); end = bytes.indexOf(0x0a, start)) {
    lines++;
    start = end + 1;
  }
  return lines;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The last character's bytes if it has several, whole or not; those that continue one begin with the bits 10. */
function lastCharacter(bytes: Uint8Array): Uint8Array {
  const start = bytes.findLastIndex((byte) => byte >>> 6 !== 2);
  return bytes.subarray(bytes[start]! < 0x80 ? bytes.length : start);
}

function count(text: string, character: string): number {
  let n = 0;
  for (let i = text.indexOf(character); i >= 0; i = text.indexOf(character, i + 1)) n++;
  return n;
}
