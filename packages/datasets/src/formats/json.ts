import { DatasetFormatError, show } from '../errors.js';
import { readLines } from '../io/lines.js';
import { readWholeText, type DataFile } from '../io/text.js';

/** A JSON value that is an object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The value of a whole JSON file.
 *
 * @throws DatasetFormatError  if it is not JSON, with the line where that shows
 */
export async function readJson(file: DataFile): Promise<unknown> {
  const text = await readWholeText(file);
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
    throw new DatasetFormatError({ file: file.name, line }, `expected JSON, got: ${(error as Error).message}. Mend or fetch the file again.`, { cause: error });
  }
}

/** One object of a JSON lines file. */
export interface JsonLine {
  readonly value: JsonObject;
  readonly line: number;
}

/** The objects of a JSON lines file, one at a time; empty lines are passed over. */
export async function* readJsonLines(file: DataFile): AsyncGenerator<JsonLine> {
  for await (const { text, number: line } of readLines(file)) {
    if (text.trim() === '') continue;
    yield { value: needObject(parseLine(text, file, line), { file: file.name, line }), line };
  }
}

function parseLine(text: string, file: DataFile, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DatasetFormatError({ file: file.name, line }, `expected a JSON object, got ${show(text)}: ${(error as Error).message}. Mend the line.`, { cause: error });
  }
}

interface JsonPlace {
  readonly file: string;
  readonly line?: number;
  readonly record?: string | number;
  readonly field?: string;
}

/** The value as an object; arrays and null are none. */
export function needObject(value: unknown, place: JsonPlace): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new DatasetFormatError(place, `expected an object, got ${show(value)}.`);
}

export function needArray(value: unknown, place: JsonPlace): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new DatasetFormatError(place, `expected a list, got ${show(value)}.`);
}

/** The value as text that is not blank. */
export function needString(value: unknown, place: JsonPlace): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new DatasetFormatError(place, `expected text, got ${show(value)}. Fill it in or remove the record.`);
}
