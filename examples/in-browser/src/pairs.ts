import { ConfigError } from '@prefix-tuning/base';
import { needString, readCsv, readJsonLines, type DataFile, type Pair } from '@prefix-tuning/datasets';

const fields = ['source', 'target'] as const;

/**
 * Reads pairs from text: CSV with the columns source and target, or a JSON object with these two on each line.
 *
 * @throws DatasetFormatError  naming line and field
 * @throws ConfigError  if there is no pair
 */
export async function readPairs(text: string): Promise<Pair[]> {
  const file: DataFile = { path: 'examples', name: 'examples', content: new TextEncoder().encode(text) };
  const pairs: Pair[] = [];
  for await (const { values, line } of text.trimStart().startsWith('{') ? jsonRows(file) : csvRows(file)) {
    const [source, target] = fields.map((field) => needString(values[field], { file: file.name, line, field }));
    pairs.push({ id: `line ${line}`, source: source!, target: target! });
  }
  if (pairs.length > 0) return pairs;
  throw new ConfigError('examples: expected at least one example, got a first line alone. Add a line with a source, a comma and a target.');
}

async function* csvRows(file: DataFile) {
  const cure = 'Begin with the line source,target.';
  for await (const { cells, line } of readCsv(file, { columns: fields, cure })) yield { values: cells as Record<string, unknown>, line };
}

async function* jsonRows(file: DataFile) {
  for await (const { value, line } of readJsonLines(file)) yield { values: value, line };
}
