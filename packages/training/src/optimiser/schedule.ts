import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';

/** The learning rate of each step, counted from 0. */
export type Schedule = (step: number) => number;

export interface ScheduleOptions {
  readonly peak: number;
  readonly steps: number;
  /** Steps over which the rate rises from 0; none unless given. */
  readonly warmupSteps?: number;
}

const fields: FieldsOf<ScheduleOptions> = { peak: true, steps: true, warmupSteps: true };

/** Rises linearly over the warm-up to what comes after. */
function warmedUp(options: ScheduleOptions, after: Schedule): Schedule {
  checkFields('schedule', options, Object.keys(fields));
  const { peak, steps, warmupSteps = 0 } = options;
  if (warmupSteps > steps) {
    throw new ConfigError(`schedule: expected at most ${steps} warm-up steps, got ${warmupSteps}. Train longer or warm up less.`, {
      details: { steps, warmupSteps },
    });
  }
  return (step) => (step < warmupSteps ? (peak * step) / warmupSteps : after(step));
}

/**
 * Rises linearly over the warm-up, then falls linearly to 0 at the last step.
 *
 * lr(t) = peak t / warmup for t < warmup;  peak (steps - t) / (steps - warmup) after
 *
 * @throws ConfigError  if the warm-up is longer than the run, or an option does not exist
 * @see transformers' get_linear_schedule_with_warmup, which the authors use
 */
export function linearSchedule(options: ScheduleOptions): Schedule {
  const { peak, steps, warmupSteps = 0 } = options;
  return warmedUp(options, (step) => (peak * Math.max(0, steps - step)) / Math.max(1, steps - warmupSteps));
}

/**
 * Rises linearly over the warm-up, then stays.
 *
 * @throws ConfigError  if the warm-up is longer than the run, or an option does not exist
 * @see transformers' get_constant_schedule_with_warmup
 */
export const constantSchedule = (options: ScheduleOptions): Schedule => warmedUp(options, () => options.peak);
