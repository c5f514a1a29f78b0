import type { Profile, Tuned } from '../profile.js';

const shortly = (learningRate: number): Tuned => ({ learningRate, steps: 150, batchSize: 10 });

/** The same setting for E2E, WebNLG and DART, where nothing asked for another. */
const tableToText = (learningRate: number) => ({ e2e: shortly(learningRate), webnlg: shortly(learningRate), dart: shortly(learningRate) });

const beams = { lengthPenalty: 1, noRepeatNgramSize: 0 };

/**
 * Models and data small enough for two cores and minutes. Models this small want larger learning rates than Table 5's, and
 * whole passes would take too long. What was searched is in docs/results/mini.md: the prefix's rate and steps on all four, the rates of fine-tuning,
 * FT-top2 and the adapters, fine-tuning's steps on XSUM, both rates in low data.
 */
export const mini: Profile = {
  name: 'mini',
  scale: 'Mini scale: models a hundred times smaller than the paper’s, pretrained by this project, on data that it writes itself unless others are named. Methods can be compared with each other, numbers not with the paper’s.',
  models: { 'gpt2-medium': 'mini-gpt2-medium', 'gpt2-large': 'mini-gpt2-large', 'bart-large': 'mini-bart' },
  data: { write: true, train: 600, dev: 160, test: 160 },
  seeds: [1],
  eightBits: false,
  test: 60,
  tokens: { source: 192, target: 60 },
  shares: { 'adapter-3%': 0.03, 'adapter-0.1%': 0.0015 },
  networkWidth: { 'table-to-text': 512, summarization: 512 },
  tuned: {
    'fine-tune': { ...tableToText(1e-3), dart: shortly(2e-3), xsum: { learningRate: 1e-3, steps: 125, batchSize: 8 } },
    'ft-top2': { ...tableToText(4e-3), dart: shortly(2e-3) },
    'adapter-3%': { ...tableToText(3e-3), webnlg: shortly(1.5e-3) },
    'adapter-0.1%': { ...tableToText(1e-2), dart: shortly(5e-3) },
    'prefix-0.1%': {
      e2e: { learningRate: 5e-3, steps: 450, batchSize: 10, length: 5 },
      webnlg: { learningRate: 6e-3, steps: 300, batchSize: 10, length: 5 },
      dart: { learningRate: 4e-3, steps: 300, batchSize: 10, length: 10 },
      xsum: { learningRate: 2e-3, steps: 150, batchSize: 8, length: 1 },
    },
    'prefix-2%': { xsum: { learningRate: 2e-3, steps: 150, batchSize: 8, length: 20 } },
    embedding: { e2e: { learningRate: 6e-3, steps: 120, batchSize: 10 } },
    infix: { e2e: { learningRate: 6e-3, steps: 120, batchSize: 10 } },
  },
  lengths: { xsum: [1, 2, 5, 20, 40], dart: [1, 2, 5, 10, 40] },
  lowData: {
    sizes: [50, 100, 200, 500],
    subsets: 3,
    seeds: 1,
    devShare: 0.3,
    steps: 50,
    warmupSteps: 12,
    everySteps: 25,
    tuned: {
      prefix: { e2e: { learningRate: 2e-3, batchSize: 10, length: 5 }, xsum: { learningRate: 2e-3, batchSize: 8, length: 20 } },
      'fine-tune': { e2e: { learningRate: 2e-3, batchSize: 10 }, xsum: { learningRate: 4e-3, batchSize: 8 } },
    },
  },
  decoding: {
    'table-to-text': { ...beams, beams: 5, maxNewTokens: 100, minNewTokens: 5 },
    summarization: { beams: 6, maxNewTokens: 62, minNewTokens: 0, lengthPenalty: 0.8, noRepeatNgramSize: 3 },
  },
};
