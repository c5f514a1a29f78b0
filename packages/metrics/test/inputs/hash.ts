import { createHash } from 'node:crypto';
import type { Segments } from '../../src/metric.js';
import { inputs } from './index.js';

/** Identifies the inputs, so that goldens of others are noticed. */
export function hashInputs(segments: Readonly<Record<string, Segments>> = inputs): string {
  return createHash('sha256').update(JSON.stringify(segments)).digest('hex');
}
