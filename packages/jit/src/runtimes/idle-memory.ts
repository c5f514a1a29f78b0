import { machineMemory } from '../memory.js';

/** Share of the machine's memory that programs keep while they do not run. */
const KEPT = 1 / 8;

let kept = 0;

export interface IdleMemory {
  /** Whether the program may keep that much from run to run. */
  readonly granted: boolean;
  release(): void;
}

/**
 * Room for the intermediate results of a program, to be kept from run to run.
 *
 * Fresh memory costs a run up to a seventh of its time. But a training run has a program for each shape of batch, a large model's
 * intermediate results are gigabytes, and one program runs at a time: those that come when an eighth of the memory is taken give theirs
 * back after each run.
 */
export function reserveIdleMemory(bytes: number, most = KEPT * machineMemory()): IdleMemory {
  if (kept + bytes > most) return { granted: false, release: () => {} };
  kept += bytes;
  return {
    granted: true,
    release: () => {
      kept -= bytes;
      bytes = 0;
    },
  };
}
