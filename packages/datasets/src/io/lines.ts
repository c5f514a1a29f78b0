import { readText, type DataFile } from './text.js';

export interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** The lines of a text file; `\n` and `\r\n` end a line, mixed or not, and a last line without an end counts. */
export async function* readLines(file: DataFile): AsyncGenerator<Line> {
  let number = 0;
  let pieces: string[] = [];
  for await (const chunk of readText(file)) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', start)) {
      pieces.push(chunk.slice(start, end));
      yield { text: withoutReturn(pieces.join('')), number: ++number };
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.slice(start));
  }
  if (pieces.length > 0) yield { text: withoutReturn(pieces.join('')), number: ++number };
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
