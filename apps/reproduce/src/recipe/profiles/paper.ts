import { table5 } from '../paper.js';
import type { Profile, Tuned } from '../profile.js';

const published = (method: string, dataset: 'e2e' | 'webnlg' | 'dart' | 'xsum'): Tuned => {
  const row = table5(method, dataset);
  if (!row) throw new RangeError(`paper.json: Table 5 has no row for ${method} on ${dataset}`);
  return row;
};
const tableToText = (method: string) => ({ e2e: published(method, 'e2e'), webnlg: published(method, 'webnlg'), dart: published(method, 'dart') });

const prefixE2e = published('prefix', 'e2e');
const prefixXsum = published('prefix', 'xsum');
/** Not in Table 5, since the paper quotes BART's authors: their learning rate and label smoothing, our number of passes. */
const fineTuneXsum: Tuned = { learningRate: 3e-5, epochs: 10, batchSize: 14, labelSmoothing: 0.1 };
const lowData = { learningRate: 5e-5, batchSize: 10 };
const beams = { lengthPenalty: 1, noRepeatNgramSize: 0 };

/** The paper's own settings: section 5, Table 5, section 6.3, and the released code where the text is silent. */
export const paper: Profile = {
  name: 'paper',
  scale: 'The paper’s settings, for the models and data named below.',
  models: { 'gpt2-medium': 'openai-community/gpt2-medium', 'gpt2-large': 'openai-community/gpt2-large', 'bart-large': 'facebook/bart-large' },
  data: { write: false, train: 0, dev: 0, test: 0 },
  seeds: [1],
  eightBits: false,
  test: 0,
  tokens: { source: 512, target: 60 },
  shares: { 'adapter-3%': 0.03, 'adapter-0.1%': 0.001 },
  networkWidth: { 'table-to-text': 512, summarization: 800 },
  tuned: {
    'fine-tune': { ...tableToText('fine-tune'), xsum: fineTuneXsum },
    'ft-top2': tableToText('ft-top2'),
    'adapter-3%': tableToText('adapter-3%'),
    'adapter-0.1%': tableToText('adapter-0.1%'),
    // Length 5 is 0.1% of BART large at three sites, 100 is 2%.
    'prefix-0.1%': { ...tableToText('prefix'), xsum: { ...prefixXsum, length: 5 } },
    'prefix-2%': { xsum: prefixXsum },
    // Table 4's rows are not in Table 5: as the prefix on E2E.
    embedding: { e2e: prefixE2e },
    infix: { e2e: prefixE2e },
  },
  // The figure's range; the paper prints no list.
  lengths: { xsum: [1, 5, 50, 100, 200, 300], dart: [1, 2, 5, 10, 20, 40] },
  lowData: {
    sizes: [50, 100, 200, 500],
    subsets: 5,
    seeds: 2,
    devShare: 0.3,
    steps: 400,
    warmupSteps: 100,
    everySteps: 50,
    tuned: {
      prefix: { e2e: { ...lowData, length: 5 }, xsum: { ...lowData, length: 100 } },
      'fine-tune': { e2e: lowData, xsum: lowData },
    },
  },
  decoding: {
    'table-to-text': { ...beams, beams: 5, maxNewTokens: 100, minNewTokens: 5 },
    summarization: { beams: 6, maxNewTokens: 62, minNewTokens: 0, lengthPenalty: 0.8, noRepeatNgramSize: 3 },
  },
};
