import { renderTable } from '@prefix-tuning/cli';
import { methodRows } from '../recipe/rows.js';
import type { Task } from '../recipe/tasks.js';
import { columnTitle, suiteOf } from '../report/columns.js';
import type { Plan, PlannedCell } from './plan.js';
import type { RunSpec } from './run.js';

/** Every cell of a plan with what decides it, to be read beside the paper. */
export function listPlan({ cells, runs }: Plan, tasks: Readonly<Record<string, Task>>): string {
  const specs = new Map(runs.map(({ id, spec }) => [id, spec]));
  const rows = cells.map(({ cell, runs: ids }) => [cell.exhibit, ...describeRun(specs.get(ids[0]!)!), describeSeeds({ cell, runs: ids }, specs), methodRows[cell.row].title]);
  const header = ['exhibit', 'task', 'model', 'method', 'learning rate', 'length of training', 'batch', 'objective', 'runs', 'row'];
  const suites = [...new Set(cells.map(({ cell }) => cell.task))].map((task) => [tasks[task]!.title, suiteOf(tasks[task]!).columns.map(({ name }) => columnTitle(name)).join(', ')]);
  return [renderTable(header, rows), '', 'Metrics', ...suites.map(([title, columns]) => `  ${title}: ${columns}`), '', `${cells.length} cells, ${runs.length} runs.`].join('\n');
}

/** Task, model, method with its settings, learning rate, length of training, batch size and objective. */
export function describeRun({ task, model, method, settings, share, words, sample, objective, batchSize, hyperparameters, maxSteps }: RunSpec): string[] {
  const { learningRate, epochs, steps, warmupSteps, labelSmoothing } = hyperparameters;
  const duration = epochs === undefined ? `${Math.min(steps!, maxSteps ?? Infinity)} steps` : `${epochs} epochs`;
  const capped = epochs !== undefined && maxSteps !== undefined ? `, at most ${maxSteps} steps` : '';
  return [
    `${task}${sample ? ` ${sample.size} examples` : ''}`,
    model,
    [method, settings.length === undefined ? '' : `length ${settings.length}`, share === undefined ? '' : `${100 * share}%`, words ? `from "${words}"` : ''].filter(Boolean).join(', '),
    String(learningRate),
    `${duration}${capped}${warmupSteps ? `, ${warmupSteps} warm-up` : ''}${labelSmoothing ? `, smoothing ${labelSmoothing}` : ''}`,
    String(batchSize),
    objective,
  ];
}

function describeSeeds({ runs }: PlannedCell, specs: ReadonlyMap<string, RunSpec>): string {
  const subsets = new Set(runs.map((id) => specs.get(id)!.sample?.subset)).size;
  const seeds = new Set(runs.map((id) => specs.get(id)!.seed)).size;
  return specs.get(runs[0]!)!.sample ? `${subsets} subsets x ${seeds}` : `${seeds}`;
}
