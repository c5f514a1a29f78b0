import { ConfigError } from '@prefix-tuning/base';
import { needString, readCsv, readJsonLines, type DataFile, type Pair } from '@prefix-tuning/datasets';
import { basename } from 'node:path';

/** Names of the columns (or fields) that hold a source and its target. */
export interface Columns {
  readonly source: string;
  readonly target: string;
}

/** A source, and its target where the file has one. */
export type Row = Omit<Pair, 'target'> & { readonly target: string | undefined };

/**
 * Reads pairs from a file: CSV with a header line (`.csv`, `.tsv`; commas, semicolons or tabs), or JSON lines (`.jsonl`, `.ndjson`); `.gz` of either.
 *
 * @throws ConfigError  for a file of another kind
 * @throws DatasetFormatError  naming file, line and field, for what is missing or malformed
 * @throws FileError  if the file cannot be read
 */
export async function readPairs(path: string, columns: Columns): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for await (const { target, ...row } of rows(path, columns, true)) pairs.push({ ...row, target: target! });
  if (pairs.length === 0) throw new ConfigError(`${path}: expected at least one pair, got none. Add rows below the header.`, { details: { file: path } });
  return pairs;
}

/** The same for files whose targets may be missing, all of them or some. */
export async function readSources(path: string, columns: Columns): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows(path, columns, false)) found.push(row);
  return found;
}

async function* rows(path: string, { source, target }: Columns, withTarget: boolean): AsyncGenerator<Row> {
  const file: DataFile = { path, name: basename(path) };
  for await (const { value, line } of records(file, withTarget ? [source, target] : [source])) {
    const text = (given: unknown, field: string) => needString(typeof given === 'number' ? String(given) : given, { file: file.name, line, field });
    const row = { id: `${file.name}:${line}`, source: text(value[source], source) };
    const targets = targetsOf(value[target]);
    if (targets.length > 0) for (const given of targets) yield { ...row, target: text(given, target) };
    else yield { ...row, target: withTarget ? text(undefined, target) : undefined };
  }
}

/** One target, several in a list, or none where nothing is written. */
const targetsOf = (given: unknown): readonly unknown[] => (Array.isArray(given) ? given : given === undefined || given === null || (typeof given === 'string' && given.trim() === '') ? [] : [given]);

async function* records(file: DataFile, columns: readonly string[]): AsyncGenerator<{ value: Readonly<Record<string, unknown>>; line: number }> {
  const kind = /\.(csv|tsv|jsonl|ndjson)(\.gz)?$/i.exec(file.name)?.[1]?.toLowerCase();
  if (!kind) throw new ConfigError(`${file.path}: expected a .csv or .jsonl file, got another name. Save it as one of those.`, { details: { file: file.path } });
  if (kind !== 'csv' && kind !== 'tsv') return yield* readJsonLines(file);
  const cure = 'Name the columns with --source and --target.';
  for await (const { cells, line } of readCsv(file, { columns, cure, separator: 'header' })) {
    // Spreadsheets write rows of separators alone for what was once filled in.
    if (Object.values(cells).some((cell) => cell.trim() !== '')) yield { value: cells, line };
  }
}
