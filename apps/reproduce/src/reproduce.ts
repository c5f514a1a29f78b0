import '@tensorflow/tfjs-backend-cpu';
import { ConfigError, FileError, makeFolder } from '@prefix-tuning/base';
import { formatDuration, progressView } from '@prefix-tuning/cli';
import type { Example } from '@prefix-tuning/datasets';
import { env } from '@tensorflow/tfjs-core';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptions, type Options } from './options.js';
import { dryRun } from './plan/dry-run.js';
import { listPlan } from './plan/list.js';
import { makePlan, type Plan } from './plan/plan.js';
import type { ModelRole, TaskName } from './recipe/tasks.js';
import { findingsOf, type RunState } from './report/findings.js';
import { versionsOf } from './report/machine.js';
import { commandOf, makeReport } from './report/report.js';
import { checkScorers, scoringResources } from './report/resources.js';
import { terminalSummary } from './report/terminal.js';
import { writeReport } from './report/write.js';
import { readResult, runFolder } from './run/cache.js';
import type { RunJob } from './run/execute.js';
import { testExamples } from './run/examples.js';
import type { RunFailure } from './run/record.js';
import { runAll } from './run/run-all.js';
import { tryShared } from './run/try-shared.js';
import { findData, openDataset, type DataSources } from './sources/data.js';
import { nameModels, openModels, type ModelSources, type NamedModels } from './sources/models.js';

/** `npm run reproduce`: plans, runs what is not there yet, and writes the report. */
export async function reproduce(args: string[]): Promise<void> {
  // TensorFlow.js greets Node users with an advertisement on first use.
  env().set('PROD', true);
  const options = await readOptions(args);
  const whole = makePlan(options.selection, options);
  if (options.list) return console.log(listPlan(whole, options.tasks));
  if (options.dryRun) return console.log(await dryRun(whole, options));
  const started = performance.now();
  // What only the end needs is looked for before hours of training.
  await checkScorers(options.scorers);
  await makeOutput(options.out);
  const named = await nameModels(options.profile, options.models);
  const possible = withModels(whole, named);
  // Data before models: what is missing is said before gigabytes are fetched.
  const data = await findData([...new Set(possible.runs.map(({ spec }) => spec.dataset))], { ...options, given: options.data, cache: join(options.out, 'data') });
  const models = await fetchModels(named, possible);
  const plan = withModels(possible, models);
  const places = { options, models, data };
  const examples = await readExamples(plan, places);
  const jobs = jobsOf(plan, places);
  const failures = await runAll(plan, jobs, places);
  const states = await statesOf(plan, jobs, failures);
  const findings = await findingsOf({ plan, states, tasks: options.tasks, examples, resources: await scoringResources(options.scorers) });
  const sharedBatch = await tryShared(states, { ...places, examples }).catch((error: Error) => void console.error(`Claim 9 could not be tried: ${error.message}`));
  const report = makeReport({ ...places, plan, states, findings, examples, sharedBatch: sharedBatch ?? undefined, command: commandOf(args) });
  await writeReport(report, join(options.out, 'report'));
  console.log(terminalSummary(report));
  console.log(`\nReport: ${join(options.out, 'report', 'index.html')}  (${formatDuration((performance.now() - started) / 1000)})`);
  if (failures.length > 0) throw new ConfigError(`${failures.length} of ${plan.runs.length} runs failed:\n${failures.map(({ id, reason }) => `  ${id}: ${reason}`).join('\n')}`);
}

export interface Places {
  readonly options: Options;
  readonly models: ModelSources;
  readonly data: DataSources;
}

async function makeOutput(out: string): Promise<void> {
  await makeFolder(out);
  await access(out, constants.W_OK).catch((cause: Error) => {
    throw new FileError(`--out ${out}: expected a folder that can be written to, got ${cause.message}. Name another one, or change its permissions.`, { details: { file: out }, cause });
  });
}

/** The models that a plan needs, from their folders or the hub. */
async function fetchModels(named: NamedModels, { runs }: Plan): Promise<ModelSources> {
  const view = progressView();
  try {
    return await openModels(named, {
      roles: new Set<ModelRole>(runs.map(({ spec }) => spec.model)),
      onProgress: view.report,
      onAbsent: (role, reason) => console.error(`${role}: ${reason}`),
    });
  } finally {
    view.finish();
  }
}

/** The plan without the cells whose model is not there. */
function withModels({ cells, runs }: Plan, models: NamedModels | ModelSources): Plan {
  const there = runs.filter(({ spec }) => models[spec.model]);
  const ids = new Set(there.map(({ id }) => id));
  const absent = [...new Set(runs.filter(({ id }) => !ids.has(id)).map(({ spec }) => spec.model))];
  if (there.length === 0) throw new ConfigError(`reproduce: expected --model ${absent.map((role) => `${role}=NAME`).join(' --model ')}, got none. Name folders, or models on the hub.`);
  if (absent.length > 0) console.error(`Left out, for want of a model: ${absent.join(', ')}. Name it with --model ROLE=NAME.`);
  return { cells: cells.filter(({ runs: own }) => own.every((id) => ids.has(id))), runs: there };
}

/** The test inputs of each task, in the order of every run's outputs. */
async function readExamples({ runs }: Plan, { data }: Places): Promise<Map<TaskName, Example[]>> {
  const examples = new Map<TaskName, Example[]>();
  for (const { spec } of runs) {
    if (examples.has(spec.task)) continue;
    examples.set(spec.task, await testExamples(await openDataset(spec, data[spec.dataset]!.folder), spec.test));
  }
  return examples;
}

function jobsOf({ runs }: Plan, { options, models, data }: Places): RunJob[] {
  const versions = versionsOf();
  return runs.map((run) => {
    const [model, source] = [models[run.spec.model]!, data[run.spec.dataset]!];
    return { ...run, folder: runFolder(options.out, run, { model: model.hash, data: source.hash, versions }), modelFolder: model.folder, dataFolder: source.folder };
  });
}

async function statesOf({ runs }: Plan, jobs: readonly RunJob[], failures: readonly RunFailure[]): Promise<Map<string, RunState>> {
  const states = new Map<string, RunState>();
  for (const [i, run] of runs.entries()) {
    const { folder } = jobs[i]!;
    states.set(run.id, { run, folder, result: await readResult(folder), reason: failures.find(({ id }) => id === run.id)?.reason });
  }
  return states;
}

