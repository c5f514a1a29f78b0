import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Segments } from '../../src/metric.js';

/** Systems' outputs by the name of their file in a folder: NAME.jsonl, a segment a line, [output, reference, ...]. */
export function readOutputs(folder: string): Record<string, Segments> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.jsonl')).sort();
  return Object.fromEntries(files.map((file) => [file.replace('.jsonl', ''), readSegments(join(folder, file))]));
}

function readSegments(path: string): Segments {
  const rows = readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as string[]);
  return { hypotheses: rows.map((row) => row[0]!), references: rows.map((row) => row.slice(1)) };
}
