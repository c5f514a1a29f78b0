import { peakMemory } from '../machine.js';

/** What each contestant gets on standard input, and prints when it is done. */
export interface GenerateJob {
  /** A Hugging Face model folder. */
  readonly folder: string;
  readonly prompts: readonly (readonly number[])[];
  readonly beams: number;
  /** Prompts at a time; of the contestant's choice unless given. */
  readonly batch?: number;
  readonly newTokens: number;
  readonly threads: number;
  /** Whether frozen weights are rounded to eight bits, where the contestant can. */
  readonly eightBits?: boolean;
  /** Whether the first batch is all there is to do: what counts is then how long the whole process takes. */
  readonly once?: boolean;
}

export interface GenerateReport {
  /** For all prompts, after one batch to warm up, or all where there is no size of batch. */
  readonly seconds: number;
  /** Processor time of the same, which other work on the machine hardly lengthens. */
  readonly processor: number;
  /** Of the first batch: compiling included. */
  readonly firstSeconds: number;
  /** Largest resident size of the process, in bytes. */
  readonly peak: number;
  /** New tokens of each prompt's best sequence. */
  readonly tokens: readonly (readonly number[])[];
}

/** Reads the job from standard input. */
export async function readJob(): Promise<GenerateJob> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as GenerateJob;
}

/** Runs one batch, then times all prompts, and prints the report. */
export async function report(job: GenerateJob, generate: (prompts: GenerateJob['prompts']) => Promise<readonly (readonly number[])[]>): Promise<void> {
  const timed = async (prompts: GenerateJob['prompts']) => {
    const [started, before] = [performance.now(), process.cpuUsage()];
    const tokens = await generate(prompts);
    const { user, system } = process.cpuUsage(before);
    return { tokens, seconds: (performance.now() - started) / 1000, processor: (user + system) / 1e6 };
  };
  const first = await timed(job.prompts.slice(0, job.batch ?? job.prompts.length));
  const { tokens, seconds, processor } = job.once ? first : await timed(job.prompts);
  const result: GenerateReport = { seconds, processor, firstSeconds: first.seconds, peak: peakMemory(), tokens };
  process.stdout.write(JSON.stringify(result));
}
