import { expect, test } from 'vitest';
import type { TableCell, TableRow } from './table.js';
import { terminalSummary } from './terminal.js';

const marked = { text: '107.1', mark: 'worse', paper: '100.2' } as const;
const row = (cells: readonly TableCell[]): TableRow => ({ title: 'Adapter (0.1%)', cells, shares: [0.001], runs: [['run']] });

function summaryOf(names: string[], cells: readonly TableCell[]): string {
  const table = { kind: 'table' as const, id: 'table1' as const, caption: '', missing: [], title: 'Table 1', baseline: 'Fine-tune', columns: [{ title: 'WebNLG', names }], groups: [{ model: 'gpt2-medium' as const, rows: [row(cells)] }] };
  return terminalSummary({ exhibits: [table], claims: [], scale: '' });
}

test('WebNLG fits eighty columns', () => {
  const names = ['BLEU', 'METEOR', 'TER'].flatMap((metric) => ['S', 'U', 'A'].map((part) => `${metric} ${part}`));
  const lines = summaryOf(names, names.map((name) => (name.startsWith('BLEU') ? marked : { text: '0.45', mark: 'better', paper: '0.41' }))).split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBe(80);
});

test('signs are explained where there are any', () => {
  expect(summaryOf(['BLEU', 'BLEURT'], [marked, { text: undefined, missing: { kind: 'not computed' } }])).toContain('- worse than Fine-tune of the same model (p < 0.05). A - alone: not computed');
  expect(summaryOf(['BLEU'], [{ text: '1.0' }])).not.toContain('worse');
});
