/** This toolkit's generation, as a process of its own: a job on standard input, a report on standard output. */
import { onnxRuntime } from '@prefix-tuning/jit';
import { createGenerator, generate, loadModel } from '@prefix-tuning/model';
import { env } from '@tensorflow/tfjs-core';
import { readJob, report } from './job.js';

env().set('PROD', true);
const job = await readJob();
const model = await loadModel(job.folder, { withoutTokenizer: true });
const runtime = onnxRuntime({ ...(job.eightBits ? { weights: 'int8' } : {}), session: { intraOpNumThreads: job.threads } });
const options = { beams: job.beams, ...(job.batch === undefined ? {} : { batchSize: job.batch }), maxNewTokens: job.newTokens, endTokens: [] };
const generator = createGenerator(model, { runtime });
await report(job, async (prompts) => {
  const results = job.once ? await generate(model, prompts, { ...options, runtime }) : await generator.generate(prompts, options);
  return results.map(([best]) => best!.tokens);
});
await generator.dispose();
