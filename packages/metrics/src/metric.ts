import { PrefixTuningError } from '@prefix-tuning/base';

/** What every metric scores: `references[i]` holds all references of `hypotheses[i]`. */
export interface Segments {
  readonly hypotheses: readonly string[];
  readonly references: readonly (readonly string[])[];
}

/** A corpus score with everything needed to check, quote and compare it. */
export interface Score<Parts = Readonly<Record<string, unknown>>> {
  /** Name as the field writes it, such as `BLEU` or `ROUGE-L`. */
  readonly metric: string;
  /** Corpus score, in the unit and scale of the reference implementation. */
  readonly score: number;
  readonly higherIsBetter: boolean;
  /** What the score is made of: precisions, brevity penalty, edits, matches. */
  readonly parts: Parts;
  /** One score per segment, as the reference implementation gives them. */
  readonly segments: readonly number[];
  readonly statistics: SegmentStatistics;
  /** Every setting and version that decides the number, in sacrebleu's manner: `key:value|key:value`. */
  readonly signature: string;
}

/** Additive statistics: the corpus score of any subset is a function of the sum of its rows, so resampling is cheap. */
export interface SegmentStatistics {
  readonly names: readonly string[];
  /** One row per segment, each as long as `names`. */
  readonly rows: readonly Float64Array[];
  /** The corpus score of `count` segments whose rows sum to `sum`. */
  readonly aggregate: (sum: Float64Array, count: number) => number;
}

/** Hypotheses and references do not fit together, or a setting is not one the metric has. */
export class MetricInputError extends PrefixTuningError {
  readonly code = 'METRIC_INPUT';
}

/**
 * Checks that there is something to score and that every segment has references.
 *
 * @throws MetricInputError naming the first segment at fault, with expected and got
 */
export function checkSegments(metric: string, { hypotheses, references }: Segments): void {
  const fail = (message: string, details: Record<string, unknown>) => {
    throw new MetricInputError(`${metric}: ${message}`, { details: { metric, ...details } });
  };
  if (!Array.isArray(hypotheses) || !Array.isArray(references)) {
    fail(`expected two arrays, got hypotheses: ${typeof hypotheses}, references: ${typeof references}.`, {});
  }
  if (hypotheses.length === 0) fail('expected at least one hypothesis, got none.', { hypotheses: 0 });
  if (hypotheses.length !== references.length) {
    fail(
      `expected as many reference lists as hypotheses (${hypotheses.length}), got ${references.length}. ` +
        'references[i] must hold all references of hypotheses[i].',
      { hypotheses: hypotheses.length, references: references.length },
    );
  }
  references.forEach((list, i) => {
    if (typeof hypotheses[i] !== 'string') fail(`expected a string as hypothesis ${i}, got ${typeof hypotheses[i]}.`, { segment: i });
    if (!Array.isArray(list) || list.length === 0 || !list.every((text) => typeof text === 'string')) {
      const got = typeof list === 'string' ? 'a string (wrap it in an array)' : JSON.stringify(list)?.slice(0, 60);
      fail(`expected a non-empty array of strings as the references of segment ${i}, got ${got}.`, { segment: i });
    }
  });
}
