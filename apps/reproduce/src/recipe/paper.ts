import type { DatasetName } from '@prefix-tuning/datasets';
import paper from './paper.json' with { type: 'json' };
import type { Cell } from './cells.js';

/** Every number that the paper prints is in `paper.json`. */
export { paper };

/**
 * The published numbers of a cell, in the order of its task's columns; undefined where the paper prints none, as in
 * its figures.
 */
export function paperValues({ exhibit, model, row, task }: Cell): readonly (number | null)[] | undefined {
  if (exhibit === 'table1') {
    const found = paper.table1.rows.find((each) => each.model === model && each.method === row);
    return found?.[task as 'e2e' | 'webnlg' | 'dart'];
  }
  if (exhibit === 'table2') return paper.table2.rows.find(({ method }) => method === row)?.values;
  if (exhibit === 'table3') return paper.table3.rows.find(({ method }) => method === (row === 'prefix-2%' ? 'prefix' : row))?.[task as 'within-news'];
  if (exhibit === 'table4') return paper.table4.rows.find(({ method }) => method === (row === 'prefix-0.1%' ? 'prefix' : row))?.values;
  return undefined;
}

/** A row of Table 5. */
export interface PublishedSetting {
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly length?: number;
}

/** Table 5: learning rate, epochs, batch size and prefix length of a method on a dataset. */
export function table5(method: string, dataset: DatasetName): PublishedSetting | undefined {
  const row = paper.table5.rows.find((each) => each.method === method && each.dataset === dataset);
  if (!row) return undefined;
  const [learningRate, epochs, batchSize, length] = row.values as [number, number, number, number | null];
  return { learningRate, epochs, batchSize, ...(length === null ? {} : { length }) };
}
