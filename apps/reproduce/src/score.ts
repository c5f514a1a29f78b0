import type { Example } from '@prefix-tuning/datasets';
import { bleu, cider, nist, rouge } from '@prefix-tuning/metrics';

/** The paper's columns for E2E; METEOR needs its paraphrase table and is left to the scoring command. */
export const e2eColumns = ['BLEU', 'NIST', 'ROUGE-L', 'CIDEr'] as const;
export type Column = (typeof e2eColumns)[number];

export interface Scores {
  readonly values: Readonly<Record<Column, number>>;
  readonly signatures: Readonly<Record<Column, string>>;
}

/** Scores as the E2E challenge's scripts do, in the scale of the paper's Table 1. */
export function scoreE2e(hypotheses: readonly string[], test: readonly Example[]): Scores {
  const segments = { hypotheses, references: test.map(({ targets }) => targets) };
  const scores = {
    BLEU: bleu({ ...segments, style: 'mteval-v13a' }),
    NIST: nist({ ...segments, style: 'mteval-v13a' }),
    'ROUGE-L': rouge({ ...segments, style: 'coco' }),
    CIDEr: cider(segments),
  };
  const scale: Record<Column, number> = { BLEU: 100, NIST: 1, 'ROUGE-L': 100, CIDEr: 1 };
  const record = <T>(of: (column: Column) => T) => Object.fromEntries(e2eColumns.map((column) => [column, of(column)])) as Record<Column, T>;
  return { values: record((column) => scores[column].score * scale[column]), signatures: record((column) => scores[column].signature) };
}
