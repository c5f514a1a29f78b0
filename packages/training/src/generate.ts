import { hostTensor, jit, type Hosted } from '@prefix-tuning/jit';
import { createGenerator, generate, type Generated, type GenerateOptions, type Model } from '@prefix-tuning/model';
import type { Past } from '@prefix-tuning/prefix';
import { applyTuning, type TunedModel } from './apply.js';
import type { SourceTensors, Tuning } from './methods/method.js';
import type { HostTensors } from './tensors.js';

/**
 * Generates after each prompt with a tuned model, whatever the method.
 *
 * @param model  the model that was tuned
 * @param prompts  token ids up to and with the begin token, as `encodePrompt` gives them; of an encoder-decoder model the
 *   sources, as `encodeSourceText` does
 * @param options.parameters  trained parameters of `options.tuning`
 * @returns for each prompt its best sequences, best first
 */
export async function generateTuned(
  model: Model,
  prompts: readonly (readonly number[])[],
  { tuning, parameters, ...options }: Omit<GenerateOptions, 'prefix'> & { tuning: Tuning; parameters: HostTensors },
): Promise<Generated[][]> {
  const tuned = await applyTuning(model, tuning, parameters, options.runtime ? { runtime: options.runtime } : {});
  try {
    if (!tuned.readSource) return await generate(tuned.model, prompts, { ...options, ...prefixesOf(tuned) });
    return await generateAfterSources(tuned.model, { prompts, options, readSource: tuned.readSource });
  } finally {
    tuned.dispose();
  }
}

/** The prefixes that there are, under generation's names. */
const prefixesOf = ({ prefix, encoderPrefix, crossPrefix }: TunedModel<Model>): Pick<GenerateOptions, 'prefix' | 'encoderPrefix' | 'crossPrefix'> => ({
  ...(prefix ? { prefix } : {}),
  ...(encoderPrefix ? { encoderPrefix } : {}),
  ...(crossPrefix ? { crossPrefix } : {}),
});

interface SplitJob {
  readonly prompts: readonly (readonly number[])[];
  readonly options: Omit<GenerateOptions, 'prefix'>;
  readonly readSource: (source: SourceTensors) => { readonly past: Past };
}

/** Sources that are read at once: what a model computes of all at hand may fill the memory. */
const readTogether = 64;

/** Reads sources first, those of one length together so that none is padded, then generates after the begin token. */
async function generateAfterSources(model: Model, { prompts, options, readSource }: SplitJob): Promise<Generated[][]> {
  const runtime = options.runtime ? { runtime: options.runtime } : {};
  const generator = createGenerator(model, runtime);
  const read = jit((source: { ids: SourceTensors['ids']; mask: SourceTensors['mask'] }) => readSource(source).past, { name: 'source', ...runtime });
  const results: Generated[][] = prompts.map(() => []);
  let done = 0;
  try {
    for (const group of groupsOf(prompts)) {
      const { length } = prompts[group[0]!]!;
      const ids = Int32Array.from(group.flatMap((i) => prompts[i]!.slice(0, -1)));
      const shape = [group.length, length - 1];
      const prefix: Hosted<Past> = await read({ ids: hostTensor(ids, shape, 'int32'), mask: hostTensor(new Float32Array(ids.length).fill(1), shape) });
      const begins = group.map((i) => prompts[i]!.slice(-1));
      const found = await generator.generate(begins, { ...options, prefix, ...reportsOf(options, { group, done, total: prompts.length }) });
      group.forEach((i, row) => (results[i] = found[row]!));
      done += group.length;
    }
    return results;
  } finally {
    await Promise.all([read.dispose(), generator.dispose()]);
  }
}

/** What is told of one group's prompts, in the numbers of all. */
function reportsOf({ onToken, onSequences, onProgress }: SplitJob['options'], { group, done, total }: { group: readonly number[]; done: number; total: number }): SplitJob['options'] {
  return {
    ...(onToken ? { onToken: (event) => onToken({ ...event, prompt: group[event.prompt]! }) } : {}),
    ...(onSequences ? { onSequences: (event) => onSequences({ ...event, prompt: group[event.prompt]! }) } : {}),
    ...(onProgress ? { onProgress: (progress) => onProgress({ task: 'generate', done: done + progress.done, total, unit: 'prompts' }) } : {}),
  };
}

/** Indices of prompts of one length, so many together as are read at once. */
function groupsOf(prompts: readonly (readonly number[])[]): number[][] {
  const groups: number[][] = [];
  const open = new Map<number, number[]>();
  prompts.forEach(({ length }, i) => {
    const group = open.get(length);
    if (group && group.length < readTogether) return void group.push(i);
    open.set(length, [i]);
    groups.push(open.get(length)!);
  });
  return groups;
}
