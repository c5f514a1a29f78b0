/** One measured number; `name` says what was measured in words that stay the same from run to run. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
}

export interface BenchReport {
  readonly suite: string;
  /** The machine in a line: processor, cores, memory, Node. Numbers of different machines do not compare. */
  readonly machine: string;
  readonly results: readonly BenchResult[];
}

/** A file in this folder that exports `run` is a suite; its row stands in `main.ts`. */
export interface BenchSuite {
  run(): Promise<BenchReport>;
}
