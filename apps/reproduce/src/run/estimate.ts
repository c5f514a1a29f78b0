import type { RunCost } from '../plan/cost.js';

/**
 * Remaining time of runs that go through several workers: the remaining work over the rate of the work done so far.
 *
 * Decoding runs at a lower rate than training, since few tokens share a product; the factor is measured on mini models.
 */
export const workOf = ({ train, decode, steps }: RunCost): number => train + decodingFactor * decode + steps * stepOverhead;
const decodingFactor = 4;
/** Operations that the fixed cost of a step is worth. */
const stepOverhead = 2e8;

export interface Remaining {
  start(id: string): void;
  /** Share of a run that is done, 0 to 1. */
  progress(id: string, share: number): void;
  end(id: string): void;
  share(): number;
  /** Undefined until a hundredth of the work is done or a minute is over: the first step waits for its programs. */
  seconds(): number | undefined;
}

/** @param work  of each run that is to be done */
export function remainingTime(work: ReadonlyMap<string, number>, { jobs, now = Date.now }: { readonly jobs: number; readonly now?: () => number }): Remaining {
  const total = [...work.values()].reduce((a, b) => a + b, 0);
  const shares = new Map<string, number>();
  const started = now();
  /** Where runs stood when they were first heard of: what an earlier process did says nothing of this one's rate. */
  const before = new Map<string, number>();
  const workIn = (parts: ReadonlyMap<string, number>) => [...parts].reduce((sum, [id, share]) => sum + share * work.get(id)!, 0);
  const done = () => workIn(shares);
  return {
    start: (id) => void shares.set(id, 0),
    progress: (id, share) => {
      if (!before.has(id)) before.set(id, share);
      shares.set(id, share);
    },
    end: (id) => void shares.set(id, 1),
    share: () => (total === 0 ? 1 : done() / total),
    seconds: () => {
      const elapsed = (now() - started) / 1000;
      const finished = done() - workIn(before);
      if (finished <= 0 || elapsed < 5 || (elapsed < 60 && finished < 0.01 * total)) return undefined;
      const lanes = Math.min(jobs, Math.max(1, work.size));
      const left = total - done();
      // The last runs leave workers idle: the longest unfinished one bounds what is left.
      const longest = Math.max(0, ...[...work].map(([id, size]) => (1 - (shares.get(id) ?? 0)) * size));
      return (elapsed * Math.max(left, longest * lanes)) / finished;
    },
  };
}
