/** How many of the last steps a run's speed is taken from. */
const WINDOW = 10;

export interface Pace {
  readonly stepsPerSecond: number;
  readonly secondsLeft: number;
}

/**
 * How fast a run goes, by the clock, from the ends of its last steps: what was compiled before the first step ended does not count.
 *
 * @returns takes each step, from 1, as it ends at a time in milliseconds; gives nothing for the first
 */
export function pace(steps: number): (step: number, now: number) => Pace | undefined {
  const ends: number[] = [];
  return (step, now) => {
    ends.push(now);
    if (ends.length > WINDOW + 1) ends.shift();
    if (ends.length < 2) return undefined;
    const secondsPerStep = (now - ends[0]!) / 1000 / (ends.length - 1);
    return { stepsPerSecond: 1 / secondsPerStep, secondsLeft: (steps - step) * secondsPerStep };
  };
}
