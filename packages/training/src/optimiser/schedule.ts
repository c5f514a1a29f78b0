import { ConfigError } from '@prefix-tuning/base';

/** The learning rate of each step, counted from 0. */
export type Schedule = (step: number) => number;

/**
 * Rises linearly over the warm-up, then falls linearly to 0 at the last step.
 *
 * lr(t) = peak t / warmup for t < warmup;  peak (steps - t) / (steps - warmup) after
 *
 * @see transformers' get_linear_schedule_with_warmup, which the authors use
 */
export function linearSchedule(options: { peak: number; steps: number; warmupSteps?: number }): Schedule {
  const { peak, steps, warmupSteps = 0 } = options;
  if (warmupSteps > steps) {
    throw new ConfigError(`schedule: expected at most ${steps} warm-up steps, got ${warmupSteps}. Train longer or warm up less.`, {
      details: { steps, warmupSteps },
    });
  }
  return (step) => (step < warmupSteps ? (peak * step) / warmupSteps : (peak * Math.max(0, steps - step)) / Math.max(1, steps - warmupSteps));
}

/** The same learning rate at every step. */
export const constantSchedule = (rate: number): Schedule => () => rate;
