import { createHash } from 'node:crypto';
import { inputs } from './index.js';

/** Identifies the inputs, so that goldens of others are noticed. */
export function hashInputs(): string {
  return createHash('sha256').update(JSON.stringify(inputs)).digest('hex');
}
