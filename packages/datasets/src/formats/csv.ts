import { checkFields } from '@prefix-tuning/base';
import { DatasetFormatError, show } from '../errors.js';
import { readText, type DataFile } from '../io/text.js';

/** One row of a CSV file: its cells by column. */
export interface CsvRow {
  readonly cells: Readonly<Record<string, string>>;
  /** Line on which the row starts, counted from 1. */
  readonly line: number;
}

export interface CsvOptions {
  /** Columns that must be there; others may be too. */
  readonly columns: readonly string[];
  /** What to do when one of them is missing. */
  readonly cure?: string;
  /**
   * What stands between cells: a comma unless given. `header`: the one of comma, semicolon and tab that the header line has
   * most of; spreadsheets write semicolons where the comma is the decimal sign.
   */
  readonly separator?: Separator | 'header';
}

type Separator = ',' | ';' | '\t';

/**
 * Reads a CSV file (RFC 4180, header line, LF or CRLF or mixed) row by row; empty lines and columns without a name are passed over.
 *
 * @throws ConfigError  for an option that does not exist
 * @throws DatasetFormatError  for a missing column, a row with another number of cells, a stray or open quote
 */
export async function* readCsv(file: DataFile, options: CsvOptions): AsyncGenerator<CsvRow> {
  checkFields('readCsv', options, ['columns', 'cure', 'separator']);
  let header: string[] | undefined;
  for await (const { cells, line } of readCsvCells(file, options.separator)) {
    if (header === undefined) {
      header = cells.map((name) => name.trim());
      checkHeader(file, header, options);
      continue;
    }
    if (cells.length !== header.length) {
      throw new DatasetFormatError({ file: file.name, line }, `expected ${header.length} cells (${header.join(', ')}), got ${cells.length}. ${cells.length > header.length ? 'Put a cell that holds a comma in double quotes.' : 'Add what is missing.'}`);
    }
    const row: Record<string, string> = Object.create(null);
    for (let i = 0; i < header.length; i++) if (header[i] !== '') row[header[i]!] = cells[i]!;
    yield { cells: row, line };
  }
  if (header === undefined) checkHeader(file, [], options);
}

function checkHeader(file: DataFile, header: string[], { columns, cure = 'Check that this is the right file.' }: CsvOptions): void {
  const place = { file: file.name, line: 1 };
  const got = header.length === 0 ? 'an empty file' : header.map(show).join(', ');
  const missing = columns.find((column) => !header.includes(column));
  if (missing !== undefined) throw new DatasetFormatError({ ...place, field: missing }, `expected the columns ${columns.join(', ')}, got ${got}. ${cure}`);
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  if (twice !== undefined) throw new DatasetFormatError({ ...place, field: twice }, `expected each column once, got ${got}. Rename one.`);
}

interface Cells {
  readonly cells: string[];
  readonly line: number;
}

/** All rows as plain cells, the header among them. */
async function* readCsvCells(file: DataFile, wanted: CsvOptions['separator'] = ','): AsyncGenerator<Cells> {
  let separator = wanted === 'header' ? undefined : wanted;
  let text = '';
  let line = 1;
  // A row longer than the text at hand is tried again only when the text has doubled: linear time for any length.
  let tryAt = 0;
  for await (const chunk of readText(file)) {
    text += chunk;
    if (text.length < tryAt) continue;
    separator ??= separatorOf(text);
    const { rows, rest, nextLine } = takeRows({ file, separator, text, line, ended: false });
    yield* rows;
    [text, line, tryAt] = [rest, nextLine, 2 * rest.length];
  }
  yield* takeRows({ file, separator: separator ?? ',', text, line, ended: true }).rows;
}

/** What the first line has most of, outside quotes. */
function separatorOf(text: string): Separator {
  const line = /^.*/.exec(text.trimStart().replace(/"[^"]*"/g, ''))![0];
  const counted = ([',', ';', '\t'] as const).map((separator) => ({ separator, count: line.split(separator).length }));
  return counted.reduce((most, next) => (next.count > most.count ? next : most)).separator;
}

interface Input {
  readonly file: DataFile;
  readonly separator: Separator;
  readonly text: string;
  /** Line number at the start of `text`. */
  readonly line: number;
  /** No text follows: a row may end here without a line end. */
  readonly ended: boolean;
}

/** The whole rows at the start of a text, and what is left. */
function takeRows(input: Input): { rows: Cells[]; rest: string; nextLine: number } {
  const rows: Cells[] = [];
  let at = 0;
  let { line } = input;
  for (let row = takeRow(input, at, line); row; row = takeRow(input, at, line)) {
    if (row.cells.length > 1 || row.cells[0] !== '' || row.quoted) rows.push({ cells: row.cells, line });
    at = row.end;
    line += row.lines;
  }
  return { rows, rest: input.text.slice(at), nextLine: line };
}

interface TakenRow {
  readonly cells: string[];
  readonly end: number;
  readonly lines: number;
  /** The last cell stood in quotes, so that an empty one counts. */
  readonly quoted: boolean;
}

/** The row that starts at `at`; undefined if the text ends before the row is known to. */
function takeRow(input: Input, at: number, line: number): TakenRow | undefined {
  const { text, ended, separator } = input;
  if (at >= text.length) return undefined;
  const cells: string[] = [];
  for (let i = at, lines = 0; ; i++) {
    const quoted = text.charCodeAt(i) === quote;
    const cell = quoted ? quotedCell(input, i, line + lines) : plainCell(input, i, line + lines);
    if (!cell) return undefined;
    cells.push(cell.value);
    if (quoted) lines += newlinesIn(cell.value);
    i = cell.end;
    const code = text.charCodeAt(i);
    if (text[i] === separator) continue;
    if (i >= text.length) return ended ? { cells, end: i, lines, quoted } : undefined;
    return { cells, end: i + (code === carriageReturn ? 2 : 1), lines: lines + 1, quoted };
  }
}

const [quote, newline, carriageReturn] = [0x22, 0x0a, 0x0d] as const;

interface Cell {
  readonly value: string;
  /** Where the separator or line end behind it stands. */
  readonly end: number;
}

function plainCell({ file, separator, text, ended }: Input, start: number, line: number): Cell | undefined {
  const between = separator.charCodeAt(0);
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === between || code === newline) break;
    if (code === quote) throw new DatasetFormatError({ file: file.name, line }, `expected a cell without quotes or wholly in them, got ${show(text.slice(start, end + 9))}. Double the quote and put the cell in quotes.`);
  }
  if (end === text.length && !ended) return undefined;
  if (text.charCodeAt(end) === newline && text.charCodeAt(end - 1) === carriageReturn && end > start) end--;
  return { value: text.slice(start, end), end };
}

function quotedCell({ file, separator, text, ended }: Input, start: number, line: number): Cell | undefined {
  let doubled = false;
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 2)) {
    const code = text.charCodeAt(end + 1);
    if (code === quote) {
      doubled = true;
      continue;
    }
    const crlf = code === carriageReturn && text.charCodeAt(end + 2) === newline;
    const unknown = end + 1 >= text.length || (code === carriageReturn && end + 2 >= text.length);
    if (unknown && !ended) return undefined;
    if (text[end + 1] === separator || code === newline || crlf || end + 1 >= text.length) {
      const value = text.slice(start + 1, end);
      return { value: doubled ? value.replaceAll('""', '"') : value, end: end + 1 };
    }
    const place = { file: file.name, line: line + newlinesIn(text.slice(start, end)) };
    const from = place.line === line ? '' : `, in a cell that starts on line ${line}`;
    throw new DatasetFormatError(place, `expected a comma or the line's end after a closing quote, got ${show(text.slice(end, end + 9))}${from}. Double quotes within a cell, and close each cell.`);
  }
  if (ended) throw new DatasetFormatError({ file: file.name, line }, `expected a closing quote, got the end of the file; the cell starts ${show(text.slice(start, start + 30))}. Close it.`);
  return undefined;
}

function newlinesIn(text: string): number {
  let n = 0;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) n++;
  return n;
}
