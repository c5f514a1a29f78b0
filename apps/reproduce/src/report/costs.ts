import { modelTitles } from '../recipe/exhibits.js';
import { methodRows } from '../recipe/rows.js';
import type { Task } from '../recipe/tasks.js';
import type { CellFinding } from './findings.js';

/** What a method costs on one task: parameters, bytes, and time beside fine-tuning's. */
export interface CostRow {
  readonly task: string;
  readonly model: string;
  readonly method: string;
  readonly trained: number;
  readonly kept: number;
  /** Kept, as a share of the model's parameters. */
  readonly share: number;
  readonly bytes: number;
  /** Milliseconds of a step: the median, and quartiles. */
  readonly step: { readonly low: number; readonly median: number; readonly high: number };
  /** Median step over fine-tuning's on the same task, model and batch size. */
  readonly ratio: number | undefined;
  readonly trainSeconds: number;
  /** Seconds to decode one test input. */
  readonly decodeSeconds: number;
}

/** The costs of Tables 1 to 3 and of a dataset of one's own, from each cell's first run. */
export function costRows(findings: readonly CellFinding[], tasks: Readonly<Record<string, Task>>): CostRow[] {
  const shown = findings.filter(({ cell, failure }) => failure === undefined && ['table1', 'table2', 'table3', 'own'].includes(cell.exhibit));
  return shown.map(({ cell, runs }) => {
    const { run, result } = runs[0]!;
    const { parameters, savedBytes, stepSeconds, seconds, outputs } = result!;
    const fineTune = shown.find((other) => other.cell.row === 'fine-tune' && other.cell.task === cell.task && other.cell.model === cell.model)?.runs[0];
    const comparable = fineTune?.run.spec.batchSize === run.spec.batchSize && cell.row !== 'fine-tune';
    const ms = (value: number) => 1000 * value;
    return {
      task: tasks[cell.task]!.title,
      model: modelTitles[cell.model],
      method: methodRows[cell.row].title,
      trained: parameters.trained,
      kept: parameters.kept,
      share: parameters.kept / parameters.model,
      bytes: savedBytes,
      step: { low: ms(stepSeconds.low), median: ms(stepSeconds.median), high: ms(stepSeconds.high) },
      ratio: comparable ? stepSeconds.median / fineTune.result!.stepSeconds.median : undefined,
      trainSeconds: seconds.train,
      decodeSeconds: seconds.decode / outputs.length,
    };
  });
}
