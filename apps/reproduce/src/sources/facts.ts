import type { Tokenizer } from '@prefix-tuning/model';
import type { Dataset } from '@prefix-tuning/datasets';
import type { DataFacts } from '../plan/published.js';

/** Pairs whose tokens are counted. */
const counted = 200;

/** Counts a dataset: all pairs and test inputs, and the tokens of the first pairs. */
export async function dataFacts(dataset: Dataset, tokenizer: Tokenizer): Promise<DataFacts> {
  let [pairs, source, target, test] = [0, 0, 0, 0];
  for await (const pair of dataset.train.pairs()) {
    if (++pairs > counted) continue;
    source += tokenizer.encode(pair.source).length;
    target += tokenizer.encode(pair.target).length;
  }
  for await (const _ of dataset.test) test++;
  const mean = (sum: number) => sum / Math.min(pairs, counted);
  return { pairs, test, source: mean(source), target: mean(target) };
}
