/** Seconds: on all cores, and by the clock. */
export interface Timing {
  readonly processor: number;
  readonly wall: number;
}

export const add = (a: Timing, b: Timing): Timing => ({ processor: a.processor + b.processor, wall: a.wall + b.wall });

export const clock = () => ({ wall: performance.now(), usage: process.cpuUsage() });

/** What this process has taken since then. */
export function since({ wall, usage }: ReturnType<typeof clock>): Timing {
  const { user, system } = process.cpuUsage(usage);
  return { processor: (user + system) / 1e6, wall: (performance.now() - wall) / 1000 };
}
