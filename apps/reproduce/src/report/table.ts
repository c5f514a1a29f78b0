import type { Example } from '@prefix-tuning/datasets';
import type { ModelConfig } from '@prefix-tuning/model';
import { paperScores } from '../paper.js';
import type { Cell } from '../recipe.js';
import type { RunResult } from '../run.js';
import { e2eColumns, type Scores } from '../score.js';

/** Everything a reproduction found out, as plain data: what `report.json` holds. */
export interface Reproduction {
  readonly cells: readonly { readonly cell: Cell; readonly result: RunResult; readonly scores: Scores }[];
  readonly data: { readonly origin: string; readonly pairs: number; readonly tables: number };
  readonly test: readonly Example[];
  readonly model: { readonly folder: string; readonly config: ModelConfig };
  readonly seed: number;
  readonly command: string;
  readonly machine: string;
}

const digits: Record<(typeof e2eColumns)[number], number> = { BLEU: 1, NIST: 2, 'ROUGE-L': 1, CIDEr: 2 };

/** Header and rows: each cell's scores, and under them the paper's for the same method. */
export function tableRows({ cells }: Pick<Reproduction, 'cells'>): [string[], (string | number)[][]] {
  const header = ['', ...e2eColumns, 'kept', 'share', 'on disk'];
  const rows = cells.flatMap(({ cell, result, scores }) => {
    const paper = paperScores(cell.paper);
    return [
      [
        cell.title,
        ...e2eColumns.map((column) => scores.values[column].toFixed(digits[column])),
        result.keptParameters.toLocaleString('en'),
        `${(100 * result.share).toFixed(result.share < 0.01 ? 2 : 1)}%`,
        `${(result.savedBytes / 1e3).toFixed(0)} kB`,
      ],
      [`  paper, ${cell.paper.model}`, ...e2eColumns.map((column) => paper[column]!.toFixed(digits[column])), '', '', ''],
    ];
  });
  return [header, rows];
}

/** The table as Markdown, with what is needed to read and remake it. */
export function markdownTable(reproduction: Reproduction): string {
  const [header, rows] = tableRows(reproduction);
  const line = (cells: readonly (string | number)[]) => `| ${cells.map((cell) => String(cell).trim()).join(' | ')} |`;
  const { data, model, seed, command, machine } = reproduction;
  return [
    '# E2E: prefix-tuning beside fine-tuning',
    '',
    line(header),
    line(header.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...rows.map(line),
    '',
    `- Data: ${data.origin}, ${data.pairs} training pairs, ${data.tables} test tables`,
    `- Model: ${model.folder}`,
    `- Command: \`${command}\`, seed ${seed}`,
    `- Machine: ${machine}`,
    ...reproduction.cells.map(({ cell, result }) => `- ${cell.title}: ${cell.hyperparameters.steps} steps in ${result.seconds.train.toFixed(0)} s, decoded in ${result.seconds.decode.toFixed(0)} s`),
    '',
  ].join('\n');
}
