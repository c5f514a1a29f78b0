import { TrainingError } from '../errors.js';
import type { Watch } from './events.js';

/** Steps in a row far above the running level that are an explosion; one hard batch is none. */
const patience = 5;
/** Nats above the running level that are never far: a model that predicts nearly everything has a level near 0. */
const near = 0.5;
/** Share of a step in the running level. */
const pace = 0.05;

export interface StepFacts {
  readonly step: number;
  readonly ids: readonly string[];
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly peakLearningRate: number;
  /** Mean -log p of a target in this step, smoothed as `labelSmoothing` says. */
  readonly lossPerTarget: number;
}

/**
 * Follows the level of the loss, exponentially averaged over some twenty steps.
 *
 * @param explosion  factor above the level that counts as far
 * @throws TrainingError  if loss or gradient are not finite, or the loss has left its level, with step, ids and what to try
 */
export function watchLoss(watch: Watch, facts: StepFacts, explosion: number): Watch {
  const { loss, gradientNorm, lossPerTarget } = facts;
  if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
    throw diverged(facts, `a finite loss and gradient, got loss ${loss}, gradient norm ${gradientNorm}`);
  }
  const { level = lossPerTarget } = watch;
  if (explosion === Infinity || lossPerTarget <= Math.max(explosion * level, level + near)) return { ...watch, above: 0, level: level + pace * (lossPerTarget - level) };
  const above = watch.above + 1;
  if (above < patience) return { ...watch, above };
  throw diverged(facts, `a loss per target near its level of ${level.toPrecision(3)}, got ${lossPerTarget.toPrecision(3)}, far above it for ${above} steps`);
}

function diverged(facts: StepFacts, expectedAndGot: string): TrainingError {
  const { step, ids, peakLearningRate } = facts;
  return new TrainingError(
    `train: step ${step}: expected ${expectedAndGot}, on examples ${ids.join(', ')}. ` +
      `Try a learningRate below ${peakLearningRate}, more warmupSteps or a smaller clipNorm, in another folder if the run has one; look at these examples if it stops here again.`,
    { details: { ...facts } },
  );
}
