import { checkFields, PrefixTuningError, type FieldsOf } from '@prefix-tuning/base';

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
  // Not forEach and every, which pass over the holes of an array.
  for (const [i, list] of references.entries()) {
    if (typeof hypotheses[i] !== 'string') fail(`expected a string as hypothesis ${i}, got ${typeof hypotheses[i]}.`, { segment: i });
    if (!Array.isArray(list) || list.length === 0 || list.findIndex((text) => typeof text !== 'string') >= 0) {
      const got = typeof list === 'string' ? 'a string (wrap it in an array)' : JSON.stringify(list)?.slice(0, 60);
      fail(`expected a non-empty array of strings as the references of segment ${i}, got ${got}.`, { segment: i });
    }
  }
}

/** For each style of a metric its own options: a table that lacks one, or has another, does not compile. */
export type StyleOptions<Options extends { readonly style?: string }> = {
  readonly [Style in NonNullable<Options['style']>]: FieldsOf<Omit<Extract<Options, { readonly style?: Style }>, 'style'>>;
};

/**
 * Checks that a metric has a style, and the style the options given. Another style's score, or that of a default, is
 * not what was asked for.
 *
 * @param styles  the options of each style; the first style is the default
 * @throws MetricInputError  naming the styles there are
 * @throws ConfigError  naming the style's options
 */
export function checkStyle(metric: string, options: { readonly style?: string }, styles: Readonly<Record<string, object>>): void {
  const names = Object.keys(styles);
  const { style = names[0]! } = options;
  checkChoice(metric, { style }, names);
  checkFields(`${metric} options of style ${style}`, options, ['style', ...Object.keys(styles[style]!)]);
}

/**
 * Checks that each option has one of the values it can have.
 *
 * @param given  the options by name, such as `{ smooth }`
 * @throws MetricInputError  naming option, values and value
 */
export function checkChoice(metric: string, given: Readonly<Record<string, unknown>>, choices: readonly unknown[]): void {
  const expected = choices.length > 1 ? `one of ${choices.join(', ')}` : String(choices[0]);
  checkValues(metric, given, { expected, fits: (value) => choices.includes(value) });
}

/** As {@link checkChoice}, for finite numbers of at least 0. */
export function checkAmount(metric: string, given: Readonly<Record<string, unknown>>): void {
  checkValues(metric, given, { expected: 'a number of at least 0', fits: (value) => Number.isFinite(value) && (value as number) >= 0 });
}

/** As {@link checkChoice}, for positive whole numbers. */
export function checkCount(metric: string, given: Readonly<Record<string, unknown>>): void {
  checkValues(metric, given, { expected: 'a positive whole number', fits: (value) => Number.isInteger(value) && (value as number) > 0 });
}

interface Rule {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

function checkValues(metric: string, given: Readonly<Record<string, unknown>>, { expected, fits }: Rule): void {
  for (const [option, value] of Object.entries(given)) {
    if (!fits(value)) throw new MetricInputError(`${metric}: expected ${expected} as ${option}, got ${String(value)}.`, { details: given });
  }
}
