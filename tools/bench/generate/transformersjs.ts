/** transformers.js's greedy generation, as a process of its own: a job on standard input, a report on standard output. */
import { AutoModelForCausalLM, env, Tensor } from '@huggingface/transformers';
import { readJob, report } from './job.js';

const job = await readJob();
const batch = job.batch!;
env.allowRemoteModels = false;
const model = await AutoModelForCausalLM.from_pretrained(job.folder, { dtype: job.eightBits ? 'q8' : 'fp32', device: 'cpu', session_options: { intraOpNumThreads: job.threads } });

/** Rows padded on the left to one length, as int64 [rows, longest], and their mask. */
function pad(rows: GenerateRows): { inputs: Tensor; attention_mask: Tensor; longest: number } {
  const longest = Math.max(...rows.map(({ length }) => length));
  const filled = (value: (row: readonly number[], at: number) => number) =>
    new Tensor('int64', BigInt64Array.from(rows.flatMap((row) => Array.from({ length: longest }, (_, i) => BigInt(value(row, i - (longest - row.length)))))), [rows.length, longest]);
  return { inputs: filled((row, at) => row[at] ?? 0), attention_mask: filled((_, at) => (at < 0 ? 0 : 1)), longest };
}
type GenerateRows = readonly (readonly number[])[];

await report(job, async (prompts) => {
  const tokens: number[][] = [];
  for (let i = 0; i < prompts.length; i += batch) {
    const { longest, ...inputs } = pad(prompts.slice(i, i + batch));
    const options = { ...inputs, max_new_tokens: job.newTokens, min_new_tokens: job.newTokens, do_sample: false };
    const found = (await (model.generate as (options: object) => Promise<unknown>)(options)) as { tolist(): bigint[][] };
    tokens.push(...found.tolist().map((row) => row.slice(longest).map(Number)));
  }
  return tokens;
});
