/** A text as a model trains on it: one sequence, or the source that is read first and the target after it. */
export interface TokenSequence {
  /** Names the example in errors and listings. */
  readonly id: string;
  /** Every token, source and target; the model reads all but the last. */
  readonly ids: readonly number[] | Int32Array;
  /** Index of the first token that the loss falls on; at least 1. */
  readonly from: number;
}
