/** What is compared is run in turns, so that whatever else the machine does hits all alike. */
export interface Cost {
  /** Median seconds of a run. */
  readonly seconds: number;
  /** Least processor seconds of a run, all threads together; undefined for what runs in another process. */
  readonly processor: number | undefined;
}

type Run = () => Promise<unknown>;

/** Runs each once to warm up, then all in turns. */
export async function interleave<Name extends string>(runs: Readonly<Record<Name, Run | undefined>>, repeats: number): Promise<Record<Name, Cost | undefined>> {
  const present = Object.entries(runs).filter((entry): entry is [Name, Run] => entry[1] !== undefined);
  const samples = new Map(present.map(([name]) => [name, { wall: [] as number[], processor: [] as number[] }]));
  for (const [, run] of present) await run();
  for (let i = 0; i < repeats; i++) {
    for (const [name, run] of present) {
      const [used, started] = [process.cpuUsage(), performance.now()];
      await run();
      samples.get(name)!.wall.push((performance.now() - started) / 1000);
      const { user, system } = process.cpuUsage(used);
      samples.get(name)!.processor.push((user + system) / 1e6);
    }
  }
  const cost = ({ wall, processor }: { wall: number[]; processor: number[] }): Cost => ({ seconds: median(wall), processor: Math.min(...processor) });
  return Object.fromEntries([...samples].map(([name, sample]) => [name, cost(sample)])) as Record<Name, Cost | undefined>;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
