import { MetricInputError } from '../metric.js';
import type { BertScoreValue } from './matching.js';

/**
 * Reads one layer's row of a baseline file of bert-score: lines of `LAYER,P,R,F`, one per layer from 0 on.
 *
 * bert-score takes the row at that position, whatever its first field says; here both must agree.
 *
 * @throws MetricInputError  if the header, the row or a number is not as expected
 */
export function parseBaseline(text: string, layer: number): BertScoreValue {
  const fail = (expected: string, got: string | undefined) => {
    throw new MetricInputError(`baseline file: expected ${expected}, got ${JSON.stringify(got)}.`, { details: { expected, got } });
  };
  const [header, ...rows] = text.trim().split(/\r?\n/);
  if (header?.trim() !== 'LAYER,P,R,F') fail('the header LAYER,P,R,F', header);
  const row = rows[layer];
  const fields = row?.split(',').map((field) => (field.trim() === '' ? NaN : Number(field))) ?? [];
  if (fields.length !== 4 || fields[0] !== layer || !fields.every(Number.isFinite)) {
    fail(`four numbers for layer ${layer} in line ${layer + 2}`, row);
  }
  return { precision: fields[1]!, recall: fields[2]!, f1: fields[3]! };
}

/** (x - b) / (1 - b), value by value. */
export function rescale(value: BertScoreValue, baseline: BertScoreValue): BertScoreValue {
  const apply = (x: number, b: number) => (x - b) / (1 - b);
  return {
    precision: apply(value.precision, baseline.precision),
    recall: apply(value.recall, baseline.recall),
    f1: apply(value.f1, baseline.f1),
  };
}
