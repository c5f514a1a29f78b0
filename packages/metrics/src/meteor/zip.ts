import { FileError, nodeModule } from '@prefix-tuning/base';

const [END, ENTRY] = [0x06054b50, 0x02014b50];
const [STORED, DEFLATED] = [0, 8];

/**
 * The entries of a zip file that pass the filter, by name (Node.js; its zlib takes a quarter of a script's time).
 *
 * @throws FileError  if it is no zip file, or an entry is damaged
 * @see APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16; without zip64 and encryption
 */
export async function unzip(path: string, bytes: Uint8Array, filter: (name: string) => boolean): Promise<Record<string, Uint8Array>> {
  const { inflateRawSync } = nodeModule('node:zlib');
  try {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const entries = listEntries(file).filter(({ name }) => filter(name));
    return Object.fromEntries(entries.map((entry) => [entry.name, readEntry(file, entry, inflateRawSync)]));
  } catch (cause) {
    throw new FileError(`loadMeteorData: expected a zip file at ${path}, got ${(cause as Error).message}. Fetch the file again.`, { details: { path }, cause });
  }
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

/** The central directory; where it begins stands in the record at the file's end. */
function listEntries(file: Buffer): Entry[] {
  const end = file.lastIndexOf(Uint8Array.of(0x50, 0x4b, 5, 6));
  if (end < 0 || file.readUInt32LE(end) !== END) throw new Error('no directory at its end');
  const entries: Entry[] = [];
  let at = file.readUInt32LE(end + 16);
  for (let count = file.readUInt16LE(end + 10); count > 0; count--) {
    if (file.readUInt32LE(at) !== ENTRY) throw new Error('a damaged directory');
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset)) as [number, number, number];
    const name = file.toString('utf8', at + 46, at + 46 + nameLength);
    entries.push({ name, method: file.readUInt16LE(at + 10), packed: file.readUInt32LE(at + 20), size: file.readUInt32LE(at + 24), at: file.readUInt32LE(at + 42) });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

function readEntry(file: Buffer, { name, method, packed, size, at }: Entry, inflate: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const start = at + 30 + file.readUInt16LE(at + 26) + file.readUInt16LE(at + 28);
  const data = file.subarray(start, start + packed);
  if (method !== STORED && method !== DEFLATED) throw new Error(`${name} packed by method ${method}`);
  const entry = method === STORED ? data : inflate(data);
  if (entry.length !== size) throw new Error(`${entry.length} of the ${size} bytes of ${name}`);
  return entry;
}
