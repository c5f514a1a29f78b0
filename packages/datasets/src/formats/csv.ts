import { pipeline } from 'node:stream/promises';
import { CsvError, parse, type Info } from 'csv-parse';
import { DatasetFormatError, show } from '../errors.js';
import { readText, type DataFile } from '../io/text.js';

/** One row of a CSV file: its cells by column. */
export interface CsvRow {
  readonly cells: Readonly<Record<string, string>>;
  /** Line on which the row ends, counted from 1. */
  readonly line: number;
}

export interface CsvOptions {
  /** Columns that must be there; others may be too. */
  readonly columns: readonly string[];
  /** What to do when one of them is missing. */
  readonly cure?: string;
}

/**
 * Reads a CSV file (RFC 4180, header line, LF or CRLF or mixed) row by row.
 *
 * @throws DatasetFormatError  for a missing column, a row with another number of cells, a stray or open quote
 */
export async function* readCsv(file: DataFile, options: CsvOptions): AsyncGenerator<CsvRow> {
  let header: string[] | undefined;
  try {
    for await (const { record, info } of parseCsv(file)) {
      if (header === undefined) {
        header = record.map((name) => name.trim());
        checkHeader(file, header, options);
      } else {
        yield { cells: toCells(header, record), line: info.lines };
      }
    }
  } catch (error) {
    throw error instanceof CsvError ? formatError(file, error) : error;
  }
  if (header === undefined) checkHeader(file, [], options);
}

function parseCsv(file: DataFile): AsyncIterable<{ record: string[]; info: Info }> {
  const parser = parse({ info: true, record_delimiter: ['\r\n', '\n'], skip_empty_lines: true });
  // An error of the text (encoding, gzip) destroys the parser with it, and so reaches whoever reads the rows.
  pipeline(readText(file), parser).catch(() => undefined);
  return parser as AsyncIterable<{ record: string[]; info: Info }>;
}

function checkHeader(file: DataFile, header: string[], { columns, cure = 'Check that this is the right file.' }: CsvOptions): void {
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length === 0) return;
  const place = { file: file.name, line: 1, field: missing[0] };
  const got = header.length === 0 ? 'an empty file' : header.map(show).join(', ');
  throw new DatasetFormatError(place, `expected the columns ${columns.join(', ')}, got ${got}. ${cure}`);
}

function toCells(header: readonly string[], record: readonly string[]): Record<string, string> {
  const cells: Record<string, string> = Object.create(null);
  header.forEach((name, i) => (cells[name] = record[i]!));
  return cells;
}

function formatError(file: DataFile, error: CsvError): DatasetFormatError {
  const lines = (error as { lines?: number }).lines;
  return new DatasetFormatError({ file: file.name, line: lines }, `expected a CSV row, got: ${error.message}. Mend the row.`, { cause: error });
}
