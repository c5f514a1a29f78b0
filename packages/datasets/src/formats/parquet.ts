import { FileError, fileSystem } from '@prefix-tuning/base';
import { compressors } from 'hyparquet-compressors';
import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { DatasetFormatError, show, type Place } from '../errors.js';
import type { DataFile } from '../io/text.js';
import { checkPages } from './parquet-pages.js';

/** One row of a Parquet file: the columns asked for. */
export interface ParquetRecord {
  readonly cells: Readonly<Record<string, unknown>>;
  /** Counted from 1. */
  readonly row: number;
}

/** Rows decoded at a time: the hub's row groups are smaller, and a larger one is read in parts. */
const rowsAtOnce = 10_000;

/**
 * Reads text columns of a Parquet file row by row; memory holds one row group's pages at most.
 *
 * @throws DatasetFormatError  if it is no Parquet file, a column is missing, or a page cannot be decoded
 */
export async function* readParquet(file: DataFile, columns: readonly string[]): AsyncGenerator<ParquetRecord> {
  const buffer = await openBuffer(file).catch((error: Error) => {
    throw new FileError(`${file.path}: expected a readable file, got ${error.message}.`, { details: { file: file.path }, cause: error });
  });
  const metadata = await wrap({ file: file.name, field: 'metadata' }, 'its metadata', () => parquetMetadataAsync(buffer));
  checkColumns(file, metadata, columns);
  let row = 0;
  for (const group of metadata.row_groups) {
    await wrap({ file: file.name, record: row + 1 }, 'its pages', () => checkPages(buffer, group, columns));
    const groupEnd = row + Number(group.num_rows);
    while (row < groupEnd) {
      const rowEnd = Math.min(groupEnd, row + rowsAtOnce);
      const read = () => parquetReadObjects({ file: buffer, metadata, columns: [...columns], rowStart: row, rowEnd, compressors, parsers: { stringFromBytes } });
      const rows = await wrap({ file: file.name, record: row + 1 }, `rows ${row + 1} to ${rowEnd}`, read);
      if (rows.length !== rowEnd - row) throw new DatasetFormatError({ file: file.name, record: row + 1 }, `expected ${rowEnd - row} rows, got ${rows.length}. Fetch the file again.`);
      for (const cells of rows) yield { cells, row: ++row };
    }
  }
}

async function openBuffer({ path, content }: DataFile): Promise<AsyncBuffer> {
  if (!content) return fileBuffer(path);
  const bytes = new Uint8Array(content).buffer;
  return { byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) };
}

/** Not hyparquet's own, which its build for browsers has not. */
async function fileBuffer(path: string): Promise<AsyncBuffer> {
  const { open, stat } = fileSystem(path);
  const { size } = await stat(path);
  const slice = async (start: number, end = size) => {
    const bytes = new Uint8Array(end - start);
    const handle = await open(path);
    try {
      for (let [done, read] = [0, 1]; done < bytes.length && read > 0; done += read) {
        ({ bytesRead: read } = await handle.read(bytes, done, bytes.length - done, start + done));
      }
    } finally {
      await handle.close();
    }
    return bytes.buffer;
  };
  return { byteLength: size, slice };
}

const decoder = new TextDecoder('utf-8', { fatal: true });
const stringFromBytes = (bytes: Uint8Array): string => decoder.decode(bytes);

async function wrap<T>(place: Place, what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new DatasetFormatError(place, `expected a Parquet file, got, in ${what}: ${(error as Error).message}. Fetch the file again.`, { cause: error });
  }
}

function checkColumns(file: DataFile, { schema }: FileMetaData, columns: readonly string[]): void {
  const names = schema.slice(1).map(({ name }) => name);
  const missing = columns.find((column) => !names.includes(column));
  if (missing === undefined) return;
  throw new DatasetFormatError({ file: file.name, field: missing }, `expected the columns ${columns.join(', ')}, got ${names.map(show).join(', ')}. Check that this is the right file.`);
}
