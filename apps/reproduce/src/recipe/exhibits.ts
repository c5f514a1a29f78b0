import { suites } from '@prefix-tuning/metrics';
import type { ExhibitId } from './cells.js';
import { paper } from './paper.js';
import type { RowName } from './rows.js';
import type { TaskName } from './tasks.js';

/** How a table or figure is shown: its name, what the paper says of it, what its rows are compared with. */
interface Shown {
  readonly title: string;
  /** What the paper shows or claims there. */
  readonly paper: string;
}

/** A table of scores. */
export interface TableExhibit extends Shown {
  readonly kind: 'table';
  readonly baseline: RowName;
}

/** Charts: one for each task and column. */
export interface FigureExhibit extends Shown {
  readonly kind: 'figure';
  readonly x: 'examples' | 'length' | 'words';
  readonly charts: readonly { readonly task: TaskName; readonly columns: readonly string[] }[];
}

/** Outputs side by side. */
export interface ExamplesExhibit extends Shown {
  readonly kind: 'examples';
}

/** Table 1's last row, which the paper quotes from others; there is nothing of ours to stand beside it. */
const { e2e, webnlg } = paper.table1.rows.find(({ model }) => model === 'sota-2020')!;
const published2020 = `The best published by 2020, as the paper quotes it, in the order of the columns: E2E ${e2e.map((value, i) => value!.toFixed(suites.e2e.columns[i]!.digits)).join(', ')}; WebNLG ${webnlg.filter((value) => value !== null).join(', ')} (no TER).`;

/** The paper's tables and figures (Table 5 is the settings themselves). */
export const exhibits: Readonly<Record<ExhibitId, TableExhibit | FigureExhibit | ExamplesExhibit>> = {
  table1: { kind: 'table', title: 'Table 1. Table-to-text generation', paper: `${paper.table1.title}; WebNLG’s S: seen categories, U: unseen ones, A: all. ${published2020}`, baseline: 'fine-tune' },
  table2: { kind: 'table', title: 'Table 2. Summarization', paper: paper.table2.title, baseline: 'fine-tune' },
  table3: { kind: 'table', title: 'Table 3. Extrapolation to unseen topics', paper: paper.table3.title, baseline: 'fine-tune' },
  table4: { kind: 'table', title: 'Table 4. Embedding-only and infix-tuning', paper: paper.table4.title, baseline: 'prefix-0.1%' },
  table6: { kind: 'examples', title: 'Table 6. What the models write, WebNLG', paper: `${paper.table6.title}. Where the test set lacks a category, another stands in for it.` },
  figure3: {
    kind: 'figure',
    title: 'Figure 3. Low data',
    paper: `${paper.figure3.title}. Claim: ${paper.figure3.claim}.`,
    x: 'examples',
    charts: [
      { task: 'xsum', columns: ['ROUGE-1', 'ROUGE-2'] },
      { task: 'e2e', columns: ['BLEU', 'ROUGE-L'] },
    ],
  },
  figure4: {
    kind: 'figure',
    title: 'Figure 4. Prefix length',
    paper: `${paper.figure4.title}.`,
    x: 'length',
    charts: [
      { task: 'xsum', columns: ['ROUGE-1', 'ROUGE-2'] },
      { task: 'dart', columns: ['BLEU', 'TER'] },
    ],
  },
  figure5: { kind: 'figure', title: 'Figure 5. Initialisation', paper: `${paper.figure5.title}.`, x: 'words', charts: [{ task: 'e2e', columns: ['BLEU', 'ROUGE-L'] }] },
  figure6: {
    kind: 'figure',
    title: 'Figure 6. Low data, the other metrics',
    paper: `${paper.figure6.title}.`,
    x: 'examples',
    charts: [
      { task: 'xsum', columns: ['ROUGE-1', 'ROUGE-2', 'ROUGE-L'] },
      { task: 'e2e', columns: ['NIST', 'METEOR', 'CIDEr'] },
    ],
  },
  figure7: { kind: 'figure', title: 'Figure 7. Initialisation, the other metrics', paper: `${paper.figure7.title}.`, x: 'words', charts: [{ task: 'e2e', columns: ['NIST', 'METEOR', 'CIDEr'] }] },
  own: { kind: 'table', title: 'Your dataset', paper: 'A dataset of your own; the paper has no numbers for it.', baseline: 'fine-tune' },
};

const { costs } = paper;
/** What the paper says of time (its appendix), to stand beside ours. */
export const publishedCosts = `The paper: an epoch of 22,000 examples took ${costs.prefixTuningHoursPerEpoch22kExamples} hours with a prefix, ${costs.fineTuningHoursPerEpoch22kExamples} with fine-tuning, and decoding ${costs.decodingSecondsPerSentenceTableToText} s a sentence (table-to-text) or ${costs.decodingSecondsPerBatchOf10Xsum} s a batch of ten (XSUM), on ${costs.hardware}.`;

export const modelTitles = { 'gpt2-medium': 'GPT-2 medium', 'gpt2-large': 'GPT-2 large', 'bart-large': 'BART large' } as const;
