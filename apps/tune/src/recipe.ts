import type { Hyperparameters, MethodName, TrainableModel } from '@prefix-tuning/training';

/**
 * Learning rates where none is given: of models of published sizes and of small ones as the shipped, which want larger.
 *
 * The published ones are Table 5's for E2E (Li & Liang 2021), for LoRA Hu et al. 2021's for GPT-2; the small ones are
 * apps/reproduce's mini profile's, for LoRA the small adapter's.
 */
const rates: Readonly<Record<MethodName, readonly [published: number, small: number]>> = {
  prefix: [8e-5, 7e-3],
  'embedding-only': [8e-5, 6e-3],
  infix: [8e-5, 6e-3],
  adapter: [8e-5, 1e-2],
  lora: [2e-4, 1e-2],
  'fine-tune': [5e-5, 1e-3],
  'ft-top2': [5e-5, 4e-3],
};

/** Numbers of a token below which a model is small: GPT-2 has 768, the shipped ones 160 at most. */
const smallWidth = 256;

export const usualRate = (method: MethodName, { config }: Pick<TrainableModel, 'config'>): number => rates[method][config.width < smallWidth ? 1 : 0];

/** Passes over the data, as in Table 5, and the least number of steps, with their warm-up, as in section 6.3. */
const usual = { epochs: 5, leastSteps: 400, warmupSteps: 100 };

/** How long to train: as asked for; else five passes, and on little data as many steps as in the paper's low-data runs. */
export function trainingLength({ epochs, steps, batchesPerEpoch }: { epochs: number | undefined; steps: number | undefined; batchesPerEpoch: number }): Pick<Hyperparameters, 'steps' | 'warmupSteps'> {
  if (steps !== undefined) return { steps };
  if (epochs !== undefined) return { steps: Math.max(1, Math.round(epochs * batchesPerEpoch)) };
  const passes = usual.epochs * batchesPerEpoch;
  return passes >= usual.leastSteps ? { steps: passes } : { steps: usual.leastSteps, warmupSteps: usual.warmupSteps };
}
