import { boardView } from '@prefix-tuning/cli';
import { loadTokenizer } from '@prefix-tuning/model';
import { costOf } from '../plan/cost.js';
import type { Plan } from '../plan/plan.js';
import type { Places } from '../reproduce.js';
import { openDataset } from '../sources/data.js';
import { dataFacts } from '../sources/facts.js';
import { readResult, removeRun } from './cache.js';
import { remainingTime, workOf } from './estimate.js';
import type { RunJob } from './execute.js';
import { workThrough } from './queue.js';
import type { RunFailure } from './record.js';

/** Runs what has no result yet. */
export async function runAll(plan: Plan, jobs: readonly RunJob[], places: Places): Promise<RunFailure[]> {
  const { options } = places;
  if (options.fresh) await Promise.all(jobs.map(({ folder }) => removeRun(folder)));
  const todo: RunJob[] = [];
  for (const job of jobs) if (!(await readResult(job.folder))) todo.push(job);
  console.error(`${plan.cells.length} cells, ${jobs.length} runs: ${jobs.length - todo.length} are there, ${todo.length} to do.`);
  if (todo.length === 0) return [];
  const work = await workOfAll(todo, places);
  const remaining = remainingTime(work, { jobs: options.jobs });
  const view = boardView();
  const tasks = new Map<string, { task: string; done: number; total?: number | undefined }>();
  let ended = 0;
  const draw = () => view.draw({ title: `${ended}/${todo.length} runs`, share: remaining.share(), remainingSeconds: remaining.seconds(), tasks: [...tasks.values()] });
  // The longest first, so that no worker is left with a long one at the end; models stay together within like lengths.
  const order = [...todo].sort((a, b) => work.get(b.id)! - work.get(a.id)!);
  // The terminal interrupts the workers too; what is not on disk by now is done again.
  const interrupted = () => {
    process.stderr.write('\nInterrupted. The same command goes on from the last checkpoints.\n');
    process.kill(process.pid, 'SIGINT');
  };
  process.once('SIGINT', interrupted);
  const failures = await workThrough(order, {
    jobs: options.jobs,
    threads: options.threads,
    onStart: (id) => {
      remaining.start(id);
      tasks.set(id, { task: id, done: 0 });
    },
    onProgress: (id, progress) => {
      // Training is most of a run: decoding counts as its last quarter.
      const share = progress.total ? progress.done / progress.total : 0;
      remaining.progress(id, progress.task === 'train' ? 0.75 * share : 0.75 + 0.25 * share);
      tasks.set(id, { ...progress, task: `${id} ${progress.task}` });
      draw();
    },
    onEnd: (id, failure) => {
      ended++;
      tasks.delete(id);
      remaining.end(id);
      if (failure) view.log(`failed: ${id}: ${failure.reason}`);
      draw();
    },
    onLine: view.log,
  });
  process.off('SIGINT', interrupted);
  view.finish();
  return failures;
}

/** The work of each run by formula, in one unit. */
async function workOfAll(jobs: readonly RunJob[], { models }: Places): Promise<Map<string, number>> {
  const facts = new Map<string, ReturnType<typeof dataFacts>>();
  const work = new Map<string, number>();
  for (const { id, spec, modelFolder, dataFolder } of jobs) {
    const key = `${spec.task} ${modelFolder}`;
    if (!facts.has(key)) facts.set(key, openDataset(spec, dataFolder).then(async (dataset) => dataFacts(dataset, await loadTokenizer(modelFolder))));
    work.set(id, workOf(costOf(spec, { raw: models[spec.model]!.raw, data: await facts.get(key)! })));
  }
  return work;
}
