import type { DatasetName } from '@prefix-tuning/datasets';
import type { SuiteName } from '@prefix-tuning/metrics';

export type ModelRole = 'gpt2-medium' | 'gpt2-large' | 'bart-large';

/** What is learned and scored: a dataset with its options, and the columns of its table. */
export interface Task {
  readonly title: string;
  /** A built-in dataset, or the path of a module that defines one. */
  readonly dataset: string;
  readonly options: Readonly<Record<string, string>>;
  /** The paper's columns, or, for a dataset of one's own, the names of its metrics. */
  readonly suite: SuiteName | readonly string[];
  /** Column that significance marks and claims go by. */
  readonly headline: number;
  readonly kind: 'table-to-text' | 'summarization';
  /** Row of Table 5 that it takes its hyperparameters from. */
  readonly tunedAs: DatasetName;
}

const tableToText = { options: {}, kind: 'table-to-text' } as const;
const summarization = { dataset: 'xsum', suite: 'xsum', kind: 'summarization', tunedAs: 'xsum' } as const;

/** The paper's tasks (sections 5.1 and 6.4). Headlines: BLEU, on WebNLG over all categories, and ROUGE-2. */
export const tasks = {
  e2e: { ...tableToText, title: 'E2E', dataset: 'e2e', suite: 'e2e', headline: 0, tunedAs: 'e2e' },
  webnlg: { ...tableToText, title: 'WebNLG', dataset: 'webnlg', suite: 'webnlg2017', headline: 2, tunedAs: 'webnlg' },
  dart: { ...tableToText, title: 'DART', dataset: 'dart', suite: 'dart', headline: 0, tunedAs: 'dart' },
  xsum: { ...summarization, title: 'XSUM', options: {}, headline: 1 },
  'news-to-sports': { ...summarization, title: 'XSUM, news to sports', options: { topics: 'news-to-sports' }, headline: 1 },
  'within-news': { ...summarization, title: 'XSUM, within news', options: { topics: 'within-news' }, headline: 1 },
} as const satisfies Record<string, Task>;

/** A task of the paper, or `own`: the dataset of a downstream project. */
export type TaskName = keyof typeof tasks | 'own';

/** A task for a dataset of one's own, tuned with E2E's settings and scored with the metrics that it names. */
export function ownTask(path: string, { title, metrics }: { readonly title: string; readonly metrics: readonly string[] }): Task {
  return { ...tableToText, title, dataset: path, suite: metrics, headline: 0, tunedAs: 'e2e' };
}
