import type { RowName } from './rows.js';
import type { ModelRole, TaskName } from './tasks.js';

export type ExhibitId = 'table1' | 'table2' | 'table3' | 'table4' | 'table6' | 'figure3' | 'figure4' | 'figure5' | 'figure6' | 'figure7' | 'own';

/** One cell of a table, or one point of a figure: a declaration to be checked against the paper. */
export interface Cell {
  readonly exhibit: ExhibitId;
  readonly model: ModelRole;
  readonly row: RowName;
  readonly task: TaskName;
  /** Prefix length, where the figure varies it. */
  readonly length?: number;
  /** Low data: how many training examples. */
  readonly examples?: number;
  /** Low data: the real words that a prefix starts from; `random` for uniform numbers. */
  readonly words?: string;
}

/** What a profile decides about figures: which points they have. */
export interface FigurePoints {
  readonly sizes: readonly number[];
  readonly lengths: { readonly xsum: readonly number[]; readonly dart: readonly number[] };
}

/** Words that Figure 5 starts from: random, the tasks' own, and unrelated ones. */
export const initialWords = ['random', 'banana', 'divide', 'elephant', 'summarization', 'table-to-text'] as const;

/** What low-data prefixes start from: the task's own words (section 6.3). */
const taskWords: Partial<Record<TaskName, string>> = { e2e: 'table-to-text', xsum: 'summarization' };

type Draft = Omit<Cell, 'exhibit'>;
const cells = (exhibit: ExhibitId, drafts: readonly Draft[]): Cell[] => drafts.map((draft) => ({ exhibit, ...draft }));
const grid = (model: ModelRole, rows: readonly RowName[], tasks: readonly TaskName[]): Draft[] => tasks.flatMap((task) => rows.map((row) => ({ model, row, task })));

const tableToText = ['e2e', 'webnlg', 'dart'] as const;

const table1 = cells('table1', [
  ...grid('gpt2-medium', ['fine-tune', 'ft-top2', 'adapter-3%', 'adapter-0.1%', 'prefix-0.1%'], tableToText),
  ...grid('gpt2-large', ['fine-tune', 'prefix-0.1%'], tableToText),
]);
const table2 = cells('table2', grid('bart-large', ['fine-tune', 'prefix-2%', 'prefix-0.1%'], ['xsum']));
const table3 = cells('table3', grid('bart-large', ['fine-tune', 'prefix-2%'], ['news-to-sports', 'within-news']));
const table4 = cells('table4', grid('gpt2-medium', ['prefix-0.1%', 'emb-1', 'emb-10', 'emb-20', 'infix-1', 'infix-10', 'infix-20'], ['e2e']));
/** Outputs of Table 1's runs, side by side. */
const table6 = cells('table6', grid('gpt2-medium', ['prefix-0.1%', 'fine-tune'], ['webnlg']));

/** Figures 3 and 6 are the same runs, seen by different metrics. */
function lowData(exhibit: 'figure3' | 'figure6', sizes: readonly number[]): Cell[] {
  const curves = (model: ModelRole, row: RowName, task: TaskName): Draft[] =>
    sizes.flatMap((examples) => [
      { model, row, task, examples, words: taskWords[task]! },
      { model, row: 'fine-tune', task, examples },
    ]);
  return cells(exhibit, [...curves('gpt2-medium', 'prefix-0.1%', 'e2e'), ...curves('bart-large', 'prefix-2%', 'xsum')]);
}

function prefixLength({ xsum, dart }: FigurePoints['lengths']): Cell[] {
  return cells('figure4', [
    ...xsum.map((length): Draft => ({ model: 'bart-large', row: 'prefix-2%', task: 'xsum', length })),
    ...dart.map((length): Draft => ({ model: 'gpt2-medium', row: 'prefix-0.1%', task: 'dart', length })),
  ]);
}

/** Figures 5 and 7 are the same runs, with 100 training examples. */
const initialisation = (exhibit: 'figure5' | 'figure7') =>
  cells(exhibit, initialWords.map((words) => ({ model: 'gpt2-medium', row: 'prefix-0.1%', task: 'e2e', examples: 100, words })));

/** The methods on a dataset of one's own. */
const own = cells('own', grid('gpt2-medium', ['fine-tune', 'ft-top2', 'adapter-0.1%', 'prefix-0.1%'], ['own']));

/** Every cell of the paper's tables and figures, in its order; `own` only where there is such a dataset. */
export function recipe(points: FigurePoints, options: { readonly own: boolean }): readonly Cell[] {
  if (options.own) return own;
  return [
    ...table1,
    ...table2,
    ...table3,
    ...table4,
    ...lowData('figure3', points.sizes),
    ...prefixLength(points.lengths),
    ...initialisation('figure5'),
    ...table6,
    ...lowData('figure6', points.sizes),
    ...initialisation('figure7'),
  ];
}
