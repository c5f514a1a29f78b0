import type { Progress } from '@prefix-tuning/base';
import type { RunJob } from './execute.js';
import type { RunFailure } from './record.js';

/** What the parent tells a worker. */
export interface ToWorker {
  readonly job: RunJob;
  readonly threads: number;
}

/** What a worker tells its parent; `memory` is its resident set in bytes. */
export type FromWorker =
  | { readonly type: 'progress'; readonly id: string; readonly progress: Progress }
  | { readonly type: 'done'; readonly id: string; readonly memory: number }
  | { readonly type: 'failed'; readonly failure: RunFailure; readonly memory: number };
