import type { Example } from '@prefix-tuning/datasets';
import { findRuntime } from '@prefix-tuning/jit';
import { disposeModel, loadModel } from '@prefix-tuning/model';
import { join } from 'node:path';
import type { RunState } from '../report/findings.js';
import type { TaskName } from '../recipe/tasks.js';
import type { Places } from '../reproduce.js';
import { hashText, readJson, writeJson } from '../sources/files.js';
import { shareBatch, type SharedBatch } from './shared-batch.js';

/** Inputs of each user. */
const inputs = 6;

/**
 * Claim 9 with the prefixes that Table 1's runs trained for different datasets; kept in a file of the output folder.
 *
 * @returns undefined where there are not two of them
 */
export async function tryShared(states: ReadonlyMap<string, RunState>, { options, models, examples }: Places & { readonly examples: ReadonlyMap<TaskName, readonly Example[]> }): Promise<SharedBatch | undefined> {
  const trained = [...states.values()].filter(({ run: { spec }, result }) => result && spec.model === 'gpt2-medium' && spec.method === 'prefix' && !spec.sample && !spec.words);
  const users = [...new Map(trained.map((state) => [state.run.spec.task, state])).values()];
  if (users.length < 2) return undefined;
  const file = join(options.out, 'checks', `shared-batch-${hashText(users.map(({ folder }) => folder).join(' ')).slice(0, 12)}.json`);
  const known = await readJson<SharedBatch>(file);
  if (known) return known;
  const model = await loadModel(models['gpt2-medium']!.folder);
  try {
    const result = await shareBatch(
      model,
      users.map(({ run: { spec }, folder }) => ({ name: options.tasks[spec.task]!.title, folder, sources: examples.get(spec.task)!.slice(0, inputs).map(({ source }) => source) })),
      { decoding: users[0]!.run.spec.decoding, runtime: await findRuntime() },
    );
    await writeJson(file, result);
    return result;
  } finally {
    disposeModel(model);
  }
}
