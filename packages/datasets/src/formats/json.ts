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
    const line = lineAt(text, firstFault(text));
    throw new DatasetFormatError({ file: file.name, line }, `expected JSON, got: ${(error as Error).message}. Mend or fetch the file again.`, { cause: error });
  }
}

const lineAt = (text: string, place: number) => text.slice(0, place).split('\n').length;

/** How far a text that is not JSON could have been its start, by bisection: V8 does not always say where. */
function firstFault(text: string): number {
  let [good, bad] = [0, text.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (isStartOfJson(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

/** A start of JSON is at fault at its end only. V8's messages may quote the text, so they are read from an end. */
function isStartOfJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const position = /in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1];
    return position === undefined ? /^Unexpected end of JSON/.test(message) : Number(position) >= text.length;
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
