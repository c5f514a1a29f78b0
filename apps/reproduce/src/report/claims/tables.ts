import type { Cell } from '../../recipe/cells.js';
import { tasks } from '../../recipe/tasks.js';
import type { CellFinding } from '../findings.js';
import { betterThan, find, inTable, level, randomisation, scoreOf, tableToText, type Tested } from './common.js';

export const levelWithFineTuning: Tested = {
  text: 'Prefix (0.1%) beats adapter (0.1%) and FT-top2, and is level with fine-tuning, on E2E, WebNLG and DART (Table 1).',
  method: `${randomisation} Level: not significantly below, and no more than ${level} BLEU behind.`,
  count: 9,
  testsOf: ({ findings }) =>
    tableToText.flatMap((task) => {
      const cell = (row: Cell['row']) => find(findings, inTable('table1', row, task, { model: 'gpt2-medium' }));
      const [better, { title }] = [cell('prefix-0.1%'), tasks[task]];
      return [
        ...betterThan({ better, worse: cell('adapter-0.1%'), what: `${title}: above adapter (0.1%)` }),
        ...betterThan({ better, worse: cell('ft-top2'), what: `${title}: above FT-top2` }),
        ...betterThan({ better, worse: cell('fine-tune'), what: `${title}: level with fine-tuning`, orLevel: true }),
      ];
    }),
};

export const summarization: Tested = {
  text: 'On XSUM prefix (2%) trails fine-tuning a little, prefix (0.1%) a little more (Table 2).',
  method: randomisation,
  count: 2,
  testsOf: ({ findings }) => {
    const cell = (row: Cell['row']) => find(findings, inTable('table2', row, 'xsum'));
    return [
      ...betterThan({ better: cell('fine-tune'), worse: cell('prefix-2%'), what: 'fine-tuning above prefix (2%)' }),
      ...betterThan({ better: cell('prefix-2%'), worse: cell('prefix-0.1%'), what: 'prefix (2%) above prefix (0.1%)' }),
    ];
  },
};

export const unseenTopics: Tested = {
  text: 'On unseen topics prefix-tuning beats fine-tuning (WebNLG unseen, Table 3).',
  method: randomisation,
  count: 3,
  testsOf: ({ findings }) => [
    ...betterThan({
      better: find(findings, inTable('table1', 'prefix-0.1%', 'webnlg', { model: 'gpt2-medium' })),
      worse: find(findings, inTable('table1', 'fine-tune', 'webnlg', { model: 'gpt2-medium' })),
      what: 'WebNLG, unseen categories',
      column: 'BLEU U',
    }),
    ...(['news-to-sports', 'within-news'] as const).flatMap((task) =>
      betterThan({ better: find(findings, inTable('table3', 'prefix-2%', task)), worse: find(findings, inTable('table3', 'fine-tune', task)), what: tasks[task].title }),
    ),
  ],
};

export const variants: Tested = {
  text: 'The full prefix beats embedding-only by far, and infix by a little (Table 4).',
  method: `Against the best row of each kind. ${randomisation}`,
  count: 2,
  testsOf: ({ findings }) => {
    const rows = findings.filter(({ cell, failure }) => failure === undefined && cell.exhibit === 'table4');
    const best = (kind: string) => rows.filter(({ cell }) => cell.row.startsWith(kind)).reduce<CellFinding | undefined>((a, b) => (a && scoreOf(a)!.value >= scoreOf(b)!.value ? a : b), undefined);
    const prefix = find(rows, { row: 'prefix-0.1%' });
    return ['emb', 'infix'].flatMap((kind) => {
      const other = best(kind);
      return betterThan({ better: prefix, worse: other, what: `above ${other?.cell.row}` });
    });
  },
};
