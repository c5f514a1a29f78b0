import type { Progress } from '@prefix-tuning/base';
import type { RunEvent } from './run.js';

/**
 * Turns a run's steps into progress to draw: how far it is, with loss per target (averaged over some twenty steps) and
 * tokens a second.
 *
 * @param task  what the line begins with
 * @returns undefined for events that are no step
 */
export function trainingProgress(task: string): (event: RunEvent) => Progress | undefined {
  let [loss, speed] = [NaN, NaN];
  const towards = (average: number, value: number) => (Number.isNaN(average) ? value : average + 0.05 * (value - average));
  return (event) => {
    if (event.type !== 'step') return undefined;
    loss = towards(loss, event.lossPerTarget);
    speed = towards(speed, event.tokensPerSecond);
    const note = `loss ${loss.toFixed(3)}  ${Math.round(speed).toLocaleString('en')} tokens/s`;
    return { task, done: event.step, total: event.steps, unit: 'steps', note };
  };
}
