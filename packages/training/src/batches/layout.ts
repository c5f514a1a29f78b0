/**
 * How source and target of a sequence reach the model.
 * `joined`: as one sequence.
 * `split`: the tokens before the begin token stand apart, padded on the left, and are read first by the method.
 * `encoded`: the same, padded on the right, and read by the model's encoder.
 */
export type Layout = 'joined' | 'split' | 'encoded';
