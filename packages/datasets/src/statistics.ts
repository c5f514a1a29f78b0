import { nodeModule } from '@prefix-tuning/base';
import { splitNames, type SplitName } from './example.js';
import type { Dataset, Split } from './load.js';

const { createHash } = nodeModule('node:crypto');

/** What section 5.1 of the paper tells of a dataset, for one split. Lengths are words between spaces. */
export interface SplitStatistics {
  /** (source, target) pairs: what is trained on. */
  readonly pairs: number;
  /** Inputs with their texts: what is evaluated. */
  readonly examples: number;
  /** Different sources. */
  readonly tables: number;
  readonly textsPerExample: { readonly min: number; readonly mean: number; readonly max: number };
  readonly meanSourceWords: number;
  readonly meanTargetWords: number;
  /** Words and punctuation marks, each mark counting: near to what tokenised references count. */
  readonly meanTargetTokens: number;
  /** How many examples have each field (slot, property). */
  readonly fields: Readonly<Record<string, number>>;
  /** For each label, how many examples have each value. */
  readonly labels: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface DatasetStatistics {
  readonly dataset: string;
  readonly title: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Splits that are not in the folder are left out. */
  readonly splits: Readonly<Partial<Record<SplitName, SplitStatistics>>>;
}

/** Counts what is in every split of the folder; memory holds the fields, the labels and a hash of each source. */
export async function datasetStatistics(dataset: Dataset): Promise<DatasetStatistics> {
  const splits: Partial<Record<SplitName, SplitStatistics>> = {};
  for (const name of splitNames) {
    if (dataset[name].files.length > 0) splits[name] = await splitStatistics(dataset[name], dataset);
  }
  return { dataset: dataset.name, title: dataset.definition.title, options: dataset.options, splits };
}

async function splitStatistics(split: Split, { definition, linearise }: Dataset): Promise<SplitStatistics> {
  let [examples, pairs, sourceWords, targetWords, targetTokens, min, max] = [0, 0, 0, 0, 0, Infinity, 0];
  const sources = new Set<string>();
  const fields = new Map<string, number>();
  const labels = new Map<string, Map<string, number>>();
  for await (const { table, targets, labels: own = {} } of split.records()) {
    const source = linearise(table);
    examples++;
    pairs += targets.length;
    [min, max] = [Math.min(min, targets.length), Math.max(max, targets.length)];
    sources.add(createHash('sha256').update(source).digest('base64'));
    sourceWords += countWords(source);
    for (const target of targets) {
      targetWords += countWords(target);
      targetTokens += target.match(wordsAndMarks)?.length ?? 0;
    }
    for (const field of new Set(definition.fields?.(table) ?? [])) fields.set(field, (fields.get(field) ?? 0) + 1);
    for (const [label, value] of Object.entries(own)) count(labels, label, value);
  }
  return {
    pairs,
    examples,
    tables: sources.size,
    textsPerExample: { min: examples === 0 ? 0 : min, mean: ratio(pairs, examples), max },
    meanSourceWords: ratio(sourceWords, examples),
    meanTargetWords: ratio(targetWords, pairs),
    meanTargetTokens: ratio(targetTokens, pairs),
    fields: Object.fromEntries([...fields].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))),
    labels: Object.fromEntries([...labels].map(([label, values]) => [label, Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)))])),
  };
}

const wordsAndMarks = /[\p{L}\p{N}_]+|[^\p{L}\p{N}_\s]/gu;

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

function count(labels: Map<string, Map<string, number>>, label: string, value: string): void {
  const values = labels.get(label) ?? new Map<string, number>();
  values.set(value, (values.get(value) ?? 0) + 1);
  labels.set(label, values);
}

/** Runs of characters that are no white space. */
export function countWords(text: string): number {
  let [words, inWord] = [0, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const space = code === 0x20 || (code >= 0x09 && code <= 0x0d) || code === 0xa0;
    if (!space && !inWord) words++;
    inWord = !space;
  }
  return words;
}
