import { PrefixTuningError } from '@prefix-tuning/base';

/** Where in a data file something is wrong; every part that is known is in the message. */
export interface Place {
  readonly file: string;
  /** Counted from 1, as editors do. */
  readonly line?: number | undefined;
  /** Name or number of the record (row, entry, article). */
  readonly record?: string | number | undefined;
  /** Column, tag or key. */
  readonly field?: string | undefined;
}

/** A data file is not what its format says: the message names file, line or record, field, expected and got. */
export class DatasetFormatError extends PrefixTuningError {
  readonly code = 'DATASET_FORMAT';

  constructor(place: Place, message: string, options: { cause?: unknown } = {}) {
    super(`${describePlace(place)}: ${message}`, { details: { ...place }, cause: options.cause });
  }
}

/** `trainset.csv, line 12, record 4, field ref` */
export function describePlace({ file, line, record, field }: Place): string {
  const parts = [file];
  if (line !== undefined) parts.push(`line ${line}`);
  if (record !== undefined) parts.push(`record ${record}`);
  if (field !== undefined) parts.push(`field ${field}`);
  return parts.join(', ');
}

/** A value from a file as an error shows it: short, on one line, quoted. */
export function show(value: unknown): string {
  // Parquet has 64-bit integers, which JSON has not.
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part)) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
