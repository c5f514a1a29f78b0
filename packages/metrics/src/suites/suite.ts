import type { MeteorData } from '../meteor/data.js';
import type { Score, Segments } from '../metric.js';

export type SuiteName = 'e2e' | 'webnlg2017' | 'dart' | 'xsum';

/** A metric that the caller completes with what it needs, such as `(s) => bertScore({ ...s, embedder })`. */
export type NeuralMetric = (segments: Segments) => Score<unknown> | Promise<Score<unknown>>;

/** What some columns need besides the segments. */
export interface SuiteResources {
  /** METEOR's tables (see {@link loadMeteorData}); without them METEOR goes by exact words and stems, and says so. */
  readonly meteor?: MeteorData;
  /** DART: several references a segment, as the script passes them. */
  readonly bertScore?: NeuralMetric;
  /** DART: the first reference only, as its script passes it. */
  readonly moverScore?: NeuralMetric;
  /** DART: the first reference only. */
  readonly bleurt?: NeuralMetric;
}

export interface SuiteInput extends Segments {
  /** WebNLG: for each segment whether its category was seen in training; the S and U columns need it. */
  readonly subsets?: readonly ('seen' | 'unseen')[];
}

/** A column of the paper's table. */
export interface SuiteColumn {
  readonly name: string;
  readonly higherIsBetter: boolean;
  /** How often the reference's unit goes into the paper's: 100 where the reference gives a share and the paper percent. */
  readonly scale: number;
  /** Decimals in the paper. */
  readonly digits: number;
  /** A score, or why there is none. */
  readonly score: (segments: Prepared, resources: SuiteResources) => Promise<Score<unknown> | Missing> | Score<unknown> | Missing;
}

/** Why a column has no score, as a sentence for people. */
export interface Missing {
  readonly missing: string;
}

export interface Prepared extends SuiteInput {
  /** The caption tokens, where the suite needs them, made once. */
  readonly captions?: Segments;
}

export interface Suite {
  readonly name: SuiteName;
  readonly title: string;
  readonly prepare: (input: SuiteInput) => Prepared;
  readonly columns: readonly SuiteColumn[];
}

/** One cell: the score as its metric gives it and as the paper writes it, or why there is none. */
export type SuiteCell = { readonly name: string } & (
  | { readonly score: Score<unknown>; readonly value: number; readonly text: string; readonly note?: string }
  | Missing
);

export interface SuiteResult {
  readonly suite: SuiteName;
  readonly segments: number;
  readonly columns: readonly SuiteCell[];
}
