import type { Hosted, Runtime } from '@prefix-tuning/jit';
import { createGenerator, type Model } from '@prefix-tuning/model';
import type { Past } from '@prefix-tuning/prefix';
import { applyTuning, loadTuning, pairEncoder } from '@prefix-tuning/training';
import { join } from 'node:path';
import { trainingFolder } from './execute.js';
import type { Decoding } from '../recipe/profile.js';

/** Users of one model, each with a trained prefix and some inputs. */
export interface User {
  readonly name: string;
  /** The folder of the run that trained the prefix. */
  readonly folder: string;
  readonly sources: readonly string[];
}

/** Claim 9: how many outputs of one batch, in which users' inputs take turns, equal those of each user alone. */
export interface SharedBatch {
  readonly prompts: number;
  readonly equal: number;
  readonly prefixes: readonly string[];
}

/** Decodes all users' inputs in one batch, each row with its user's prefix, and user by user, and compares. */
export async function shareBatch(model: Model, users: readonly User[], { decoding, runtime }: { readonly decoding: Decoding; readonly runtime: Runtime }): Promise<SharedBatch> {
  const generator = createGenerator(model, { runtime });
  const search = { ...decoding, maxNewTokens: Math.min(40, decoding.maxNewTokens) };
  try {
    const own = await Promise.all(users.map(async ({ folder, sources }) => ({ prefix: await prefixIn(folder, model), prompts: sources.map(pairEncoder(model).prompt) })));
    const alone: string[][] = [];
    for (const { prefix, prompts } of own) alone.push((await generator.generate(prompts, { ...search, prefix })).map(([best]) => best!.tokens.join(' ')));
    // Users take turns, so that neighbours in the batch have different prefixes.
    const rows = own[0]!.prompts.flatMap((_, i) => own.flatMap(({ prompts }, user) => (prompts[i] ? [{ user, i }] : [])));
    const together = await generator.generate(rows.map(({ user, i }) => own[user]!.prompts[i]!), { ...search, prefix: rows.map(({ user }) => own[user]!.prefix) });
    const equal = rows.filter(({ user, i }, row) => together[row]![0]!.tokens.join(' ') === alone[user]![i]).length;
    return { prompts: rows.length, equal, prefixes: users.map(({ name }) => name) };
  } finally {
    await generator.dispose();
  }
}

async function prefixIn(folder: string, model: Model): Promise<Hosted<Past>> {
  const tuning = await loadTuning('prefix', model, join(trainingFolder(folder), 'tuned'));
  return (await applyTuning(model, tuning, tuning.parameters)).prefix!;
}
