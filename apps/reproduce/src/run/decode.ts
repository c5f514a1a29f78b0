import type { OnProgress } from '@prefix-tuning/base';
import type { Example } from '@prefix-tuning/datasets';
import type { Runtime } from '@prefix-tuning/jit';
import type { Model } from '@prefix-tuning/model';
import { generateTuned, tokenLimit, type HostTensors, type PairEncoder, type Tuning } from '@prefix-tuning/training';
import type { RunSpec } from '../plan/run.js';

export interface DecodeInput {
  readonly spec: RunSpec;
  readonly model: Model;
  readonly tuning: Tuning;
  readonly encoder: PairEncoder;
  readonly parameters: HostTensors;
  readonly test: readonly Example[];
  readonly runtime: Runtime;
  readonly onProgress: OnProgress;
}

/** The best output for each test input, as text on one line. */
export async function decode({ spec, model, tuning, encoder, parameters, test, runtime, onProgress }: DecodeInput): Promise<string[]> {
  const prompts = test.map(({ source }) => encoder.prompt(source));
  const generated = await generateTuned(model, prompts, { tuning, parameters, ...searchOf(spec, model), ...roomFor(prompts, { model, tuning, decoding: spec.decoding }), runtime, onProgress: (progress) => onProgress({ ...progress, task: 'decode' }) });
  return generated.map(([best]) => model.tokenizer.decode(best!.tokens, { skipSpecialTokens: true }).replace(/\s+/g, ' ').trim());
}

/** Fewer new tokens where the model has too few positions for the longest prompt and all that the paper allows. */
function roomFor(prompts: readonly (readonly number[])[], { model, tuning, decoding }: Pick<DecodeInput, 'model' | 'tuning'> & Pick<RunSpec, 'decoding'>) {
  if (model.family.encoder) return {};
  const room = tokenLimit(model, tuning) - Math.max(...prompts.map(({ length }) => length));
  return { maxNewTokens: Math.min(decoding.maxNewTokens, Math.max(room, decoding.minNewTokens, 1)) };
}

/**
 * The task's search, which ends as the model's own settings say. Of a decoder-only model the released code forbids newlines, GPT-2's
 * tokens 628 and 198.
 */
function searchOf({ decoding }: RunSpec, { tokenizer, family }: Model) {
  if (family.encoder) return decoding;
  const forbiddenTokens = ['ĊĊ', 'Ċ'].flatMap((token) => tokenizer.idOf(token) ?? []);
  return { ...decoding, forbiddenTokens };
}
