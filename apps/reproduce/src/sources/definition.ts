import { resolveDataset } from '@prefix-tuning/datasets';
import { register } from 'node:module';

let registered = false;

/** A built-in dataset, or the one that a module defines; the module may import this project's packages from anywhere. */
export function findDefinition(nameOrPath: string): ReturnType<typeof resolveDataset> {
  if (!registered) register('./own-packages.mjs', import.meta.url);
  registered = true;
  return resolveDataset(nameOrPath);
}
