import type { DatasetDefinition } from './define.js';
import { dart } from './adapters/dart.js';
import { e2e } from './adapters/e2e.js';
import { xsum } from './adapters/xsum.js';
import { webnlg } from './adapters/webnlg.js';

/** The built-in datasets: a new one is a file in `adapters/` and a row here. */
export const datasets = { e2e, webnlg, dart, xsum } as const;

export type DatasetName = keyof typeof datasets;
export type TableOf<N extends DatasetName> = (typeof datasets)[N] extends DatasetDefinition<infer T, infer _O> ? T : never;
export type OptionsOf<N extends DatasetName> = (typeof datasets)[N]['options'];

export function isDatasetName(name: string): name is DatasetName {
  return Object.hasOwn(datasets, name);
}
