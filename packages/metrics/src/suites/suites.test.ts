import { expect, test } from 'vitest';
import { inputs } from '../../test/inputs/index.js';
import { bleu } from '../bleu/bleu.js';
import { cider } from '../cider/cider.js';
import { MetricInputError, type Segments } from '../metric.js';
import { rouge } from '../rouge/rouge.js';
import { normalizeWebnlg } from '../tokenize/webnlg.js';
import { scoreSuite } from './score.js';
import type { SuiteCell } from './suite.js';

const few = (name: keyof typeof inputs, count = 40) => ({
  hypotheses: inputs[name].hypotheses.slice(0, count),
  references: inputs[name].references.slice(0, count),
});
const names = (columns: readonly SuiteCell[]) => columns.map(({ name }) => name);
const scored = (cell: SuiteCell | undefined) => {
  if (cell === undefined || 'missing' in cell) throw new Error('expected a score');
  return cell;
};

test("e2e gives the paper's columns, percent where the paper has percent", async () => {
  const segments = few('e2e');
  const { columns } = await scoreSuite('e2e', segments);
  expect(names(columns)).toEqual(['BLEU', 'NIST', 'MET', 'R-L', 'CIDEr']);
  const own = bleu({ ...segments, style: 'mteval-v13a' }).score;
  expect(scored(columns[0])).toMatchObject({ value: own * 100, text: (own * 100).toFixed(1) });
  expect(scored(columns[3]).score.score).toBe(rouge({ ...segments, style: 'coco' }).score);
  expect(scored(columns[4]).score.score).toBe(cider(segments).score);
  expect(scored(columns[4]).score.signature).toBe(cider(segments).signature);
  expect(scored(columns[2]).note).toContain('paraphrase');
});

test('webnlg2017 scores seen, unseen and all categories, and the parts say when they cannot', async () => {
  const segments = few('webnlg');
  const subsets = segments.hypotheses.map((_, i) => (i < 15 ? 'seen' : 'unseen') as 'seen' | 'unseen');
  const { columns } = await scoreSuite('webnlg2017', { ...segments, subsets });
  expect(names(columns)).toEqual(['BLEU S', 'BLEU U', 'BLEU A', 'MET S', 'MET U', 'MET A', 'TER S', 'TER U', 'TER A']);
  const seen = await scoreSuite('webnlg2017', few('webnlg', 15));
  expect(scored(columns[0]).score.score).toBe(scored(seen.columns[2]).score.score);
  expect(seen.columns[0]).toEqual({ name: 'BLEU S', missing: 'needs to know which segments are of seen categories (subsets)' });
});

test('dart passes neural metrics the references that its script passes, and says what it lacks', async () => {
  const segments = few('dart');
  const seen: number[] = [];
  const neural = (s: Segments) => {
    seen.push(Math.max(...s.references.map((list) => list.length)));
    return bleu(s);
  };
  const { columns } = await scoreSuite('dart', segments, { moverScore: neural, bertScore: neural });
  expect(names(columns)).toEqual(['BLEU', 'MET', 'TER', 'Mover', 'BERT', 'BLEURT']);
  expect(seen).toEqual([1, 3]);
  expect(columns[5]).toEqual({ name: 'BLEURT', missing: 'needs BLEURT with an embedding function or model (resources)' });
});

test('xsum gives ROUGE-1, 2 and L of rouge-score', async () => {
  const { columns, segments } = await scoreSuite('xsum', few('xsum'));
  expect(segments).toBe(40);
  expect(names(columns)).toEqual(['R-1', 'R-2', 'R-L']);
  expect(scored(columns[1]).value).toBeCloseTo(100 * rouge({ ...few('xsum'), type: 2 }).score, 10);
});

test('an unknown suite and subsets of another length or name are refused', async () => {
  await expect(scoreSuite('wmt' as 'e2e', few('e2e'))).rejects.toThrow('expected one of e2e, webnlg2017, dart, xsum, got wmt');
  await expect(scoreSuite('webnlg2017', { ...few('webnlg'), subsets: ['seen'] })).rejects.toThrow(MetricInputError);
  const subsets = ['seen', 'Seen'] as 'seen'[];
  await expect(scoreSuite('webnlg2017', { ...few('webnlg', 2), subsets })).rejects.toThrow('suite webnlg2017: expected one of seen, unseen as subset of segment 1, got Seen.');
});

test('what a suite is given besides what it needs does not disturb its columns', async () => {
  const segments = few('dart', 3);
  for (const suite of ['e2e', 'dart', 'xsum'] as const) {
    expect(await scoreSuite(suite, { ...segments, subsets: ['seen', 'seen', 'unseen'] })).toMatchObject({ suite, segments: 3 });
  }
});

test('WebNLG text becomes ASCII, lower case and spaced, once', () => {
  const text = 'Adolfo Suárez Madrid–Barajas: 3.5 £, "İstanbul" – Straße_1 č½';
  const once = normalizeWebnlg(text);
  expect(once).toBe('adolfo suarez madrid - barajas : 3 . 5 ps , " istanbul " - strasse_1 c 1 / 2');
  expect(normalizeWebnlg(once)).toBe(once);
});
