import { hostTensor, type Hosted, type HostTensor } from '@prefix-tuning/jit';
import type { Past } from '../families/family.js';
import type { Job } from './active.js';
import { bucketBelow } from './buckets.js';
import { packPrompts } from './pack.js';
import { oneForAll } from './prefixes.js';
import { packedInput } from './read-prompts.js';

/** With fewer, reading them again and again costs less than a program more. */
const LEAST = { tokens: 64, prompts: 4 };

/**
 * Reads what all prompts of a decoder alone begin with, such as instructions or examples, once, and puts it behind their
 * prefix: like one it then stands apart, and no step reads it for each row.
 */
export async function withCommonBeginning(job: Job): Promise<Job> {
  const { model, prompts, programs, prefixes } = job;
  if (model.family.encoder || prefixes.prefix.own || prompts.length < LEAST.prompts) return job;
  // In few sizes, since programs are compiled for them; every prompt keeps a token to read.
  const begun = bucketBelow(commonLength(prompts));
  if (begun < LEAST.tokens) return job;
  const before = prefixes.prefix.pack([0]);
  const { present } = await programs.read({ ...packedInput(packPrompts([{ ids: prompts[0]!.slice(0, begun) }]), before, 1), prefix: before.past });
  const length = before.slots + begun;
  return { ...job, begun, prefixes: { ...prefixes, prefix: oneForAll(firstSlots(present, length), length) } };
}

/** Tokens with which all prompts begin, less than any has. */
function commonLength(prompts: readonly (readonly number[])[]): number {
  const first = prompts[0]!;
  let length = prompts.reduce((least, prompt) => Math.min(least, prompt.length), Infinity) - 1;
  for (const prompt of prompts) for (let i = 0; i < length; i++) if (prompt[i] !== first[i]) length = i;
  return length;
}

/** The first slots of keys and values [1, H, S, D]. */
function firstSlots(past: Hosted<Past>, slots: number): Hosted<Past> {
  const take = ({ data, shape: [, H = 0, S = 0, D = 0] }: HostTensor): HostTensor => {
    const values = new Float32Array(H * slots * D);
    for (let h = 0; h < H; h++) values.set((data as Float32Array).subarray(h * S * D, (h * S + slots) * D), h * slots * D);
    return hostTensor(values, [1, H, slots, D]);
  };
  return past.map(({ key, value }) => ({ key: take(key), value: take(value) }));
}
