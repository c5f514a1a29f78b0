import { keptParameters } from '@prefix-tuning/training';
import { shapeOf } from '../../plan/cost.js';
import { publishedModels } from '../../plan/published.js';
import { tasks } from '../../recipe/tasks.js';
import type { Cell } from '../../recipe/cells.js';
import { find, inTable, tableToText, type Tested } from './common.js';

export const costs: Tested = {
  text: 'A prefix costs a training step about two thirds of fine-tuning’s time, and stores 0.1% of its bytes.',
  method: 'Ratio of the medians of step times of runs on the same task and model: for up to 0.8, against from 1. Storage: counted on GPT-2 medium, length 5, by formula.',
  count: 4,
  testsOf: ({ findings }) => {
    const times = tableToText.flatMap((task) => {
      const seconds = (row: Cell['row']) => find(findings, inTable('table1', row, task, { model: 'gpt2-medium' }))?.runs[0]?.result?.stepSeconds.median;
      const [prefix, fineTune] = [seconds('prefix-0.1%'), seconds('fine-tune')];
      if (prefix === undefined || fineTune === undefined) return [];
      const ratio = prefix / fineTune;
      return [{ what: `${tasks[task].title}: step time of prefix over fine-tuning`, found: `${ratio.toFixed(2)} (${(1000 * prefix).toFixed(0)} ms over ${(1000 * fineTune).toFixed(0)} ms)`, outcome: ratio <= 0.8 ? ('for' as const) : ratio >= 1 ? ('against' as const) : ('undecided' as const) }];
    });
    if (times.length === 0) return [];
    const medium = shapeOf(publishedModels['gpt2-medium']);
    const [kept, all] = [keptParameters('prefix', medium, { length: 5 }), keptParameters('fine-tune', medium)];
    return [...times, { what: 'GPT-2 medium: bytes kept', found: `${kept.toLocaleString('en')} of ${all.toLocaleString('en')} numbers, ${((100 * kept) / all).toFixed(2)}%`, outcome: kept / all < 0.0015 ? 'for' : 'against' }];
  },
};

export const sharing: Tested = {
  text: 'Users with different prefixes share one batch (section 8.2).',
  method: 'Inputs of different users decoded in one batch, each with its own prefix, against the same inputs decoded user by user: every output must be the same.',
  count: 1,
  testsOf: ({ sharedBatch }) =>
    sharedBatch ? [{ what: `one batch of ${sharedBatch.prompts} inputs with prefixes of ${sharedBatch.prefixes.join(' and ')}`, found: `${sharedBatch.equal} of ${sharedBatch.prompts} outputs equal`, outcome: sharedBatch.equal === sharedBatch.prompts ? 'for' : 'against' }] : [],
};
