import type { AsyncBuffer, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

type PageHeader = ReturnType<typeof parquetHeader>;

/**
 * Checks the page headers of a row group before its pages are decoded: the decoder trusts them, and a header whose
 * sizes are negative, or whose counts are not those of the group, sends it around in circles or makes it lose rows.
 *
 * @throws Error  saying what was expected of which column; the caller adds the file
 */
export async function checkPages(buffer: AsyncBuffer, { columns, num_rows: rows }: RowGroup, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const column = columns.find(({ meta_data: meta }) => meta?.path_in_schema.join('.') === name)?.meta_data;
    if (!column) throw new Error(`expected a flat column ${name} in every row group, got none`);
    const start = Number(column.dictionary_page_offset ?? column.data_page_offset);
    const end = start + Number(column.total_compressed_size);
    if (!(start >= 0 && start < end && end <= buffer.byteLength)) throw new Error(`expected the pages of ${name} within the file, got bytes ${start} to ${end}`);
    if (column.num_values !== rows) throw new Error(`expected ${rows} values of ${name}, got ${column.num_values}`);
    checkChunk(new DataView(await buffer.slice(start, end)), Number(rows), name);
  }
}

/** Walks over the pages of one column in one row group. */
function checkChunk(view: DataView, rows: number, name: string): void {
  const reader = { view, offset: 0 };
  let values = 0;
  while (values < rows) {
    const header = parquetHeader(reader);
    const { type, compressed_page_size: size, uncompressed_page_size: unpacked } = header;
    if (!(size >= 0 && reader.offset + size <= view.byteLength)) throw new Error(`expected a page of ${name} within its column, got ${size} bytes`);
    if (!(unpacked >= 0 && unpacked <= largestPage)) throw new Error(`expected a page of ${name} of at most ${largestPage} bytes, got ${unpacked}`);
    const count = countOf(header, size);
    if (!(count >= 0 && count <= unpacked + rows)) throw new Error(`expected a page of ${name} with a possible number of values, got ${count}`);
    if (type !== 'DICTIONARY_PAGE') {
      if (count === 0) throw new Error(`expected values in every page of ${name}, got none`);
      values += count;
    }
    reader.offset += size;
  }
  if (values !== rows) throw new Error(`expected ${rows} values of ${name} in its pages, got ${values}`);
}

/** Larger than any writer's pages, small enough to be held. */
const largestPage = 2 ** 30;

function countOf({ type, data_page_header: v1, data_page_header_v2: v2, dictionary_page_header: dictionary }: PageHeader, size: number): number {
  if (type === 'DATA_PAGE' && v1) return v1.num_values;
  if (type === 'DICTIONARY_PAGE' && dictionary) return dictionary.num_values;
  if (type !== 'DATA_PAGE_V2' || !v2) throw new Error(`expected data and dictionary pages, got ${type}`);
  const levels = [v2.definition_levels_byte_length, v2.repetition_levels_byte_length];
  const fit = levels.every((length) => length >= 0 && length <= size) && v2.num_rows === v2.num_values;
  return fit ? v2.num_values : -1;
}
