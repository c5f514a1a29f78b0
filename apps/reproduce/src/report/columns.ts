import { bleu, chrf, cider, meteor, nist, rouge, suites, ter, type Suite, type SuiteColumn, type SuiteName, type SuiteResources } from '@prefix-tuning/metrics';
import type { Task } from '../recipe/tasks.js';

const percent = { scale: 100, digits: 1, higherIsBetter: true };
const plain = { scale: 1, digits: 2, higherIsBetter: true };

/** Metrics that a dataset of one's own can name. */
const ownMetrics: Readonly<Record<string, SuiteColumn>> = {
  bleu: { ...percent, scale: 1, name: 'BLEU', score: (segments) => bleu(segments) },
  nist: { ...plain, name: 'NIST', score: (segments) => nist(segments) },
  meteor: { ...plain, name: 'METEOR', score: (segments, { meteor: data }: SuiteResources) => meteor({ ...segments, ...(data && { data }) }) },
  'rouge-1': { ...percent, name: 'ROUGE-1', score: (segments) => rouge({ ...segments, type: 1 }) },
  'rouge-2': { ...percent, name: 'ROUGE-2', score: (segments) => rouge({ ...segments, type: 2 }) },
  'rouge-l': { ...percent, name: 'ROUGE-L', score: (segments) => rouge({ ...segments, type: 'L' }) },
  cider: { ...plain, name: 'CIDEr', score: (segments) => cider(segments) },
  ter: { ...plain, higherIsBetter: false, name: 'TER', score: (segments) => ter(segments) },
  chrf: { ...percent, scale: 1, name: 'chrF', score: (segments) => chrf(segments) },
};

const noMetric = (name: string): SuiteColumn => ({ ...plain, name, score: () => ({ missing: `no metric of that name here: ${Object.keys(ownMetrics).join(', ')}` }) });

/** How a task is scored: the paper's columns, or the metrics that a dataset of one's own names. */
export function suiteOf({ suite }: Pick<Task, 'suite'>): Pick<Suite, 'prepare' | 'columns'> {
  if (typeof suite === 'string') return suites[suite as SuiteName];
  const names = suite as readonly string[];
  return { prepare: ({ hypotheses, references }) => ({ hypotheses, references }), columns: names.map((name) => ownMetrics[name] ?? noMetric(name)) };
}

/** The paper's names of the columns, which the suites shorten. */
export const columnTitle = (name: string): string => name.replace(/^MET\b/, 'METEOR').replace(/^R-/, 'ROUGE-').replace(/^Mover$/, 'MoverScore').replace(/^BERT$/, 'BERTScore');
