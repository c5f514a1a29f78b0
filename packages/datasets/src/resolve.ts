import { ConfigError, nodeModule } from '@prefix-tuning/base';
import { defineDataset, type DatasetDefinition, type DatasetOptions } from './define.js';
import { findDataset } from './load.js';

const { resolve } = nodeModule('node:path');
const { pathToFileURL } = nodeModule('node:url');

/**
 * A dataset by what a user types: a built-in name, or the path of a module whose default export is a definition.
 *
 * @throws ConfigError  for an unknown name, a module that cannot be loaded, or one that exports no definition
 */
export async function resolveDataset(nameOrPath: string): Promise<DatasetDefinition<unknown, DatasetOptions>> {
  if (!/[./\\]/.test(nameOrPath)) return findDataset(nameOrPath);
  const module = await import(/* @vite-ignore */ /* webpackIgnore: true */ pathToFileURL(resolve(nameOrPath)).href).catch((error: Error) => {
    throw new ConfigError(`${nameOrPath}: expected a module with a dataset, got: ${error.message}`, { cause: error });
  });
  if (isDefinition(module.default)) return defineDataset(module.default);
  throw new ConfigError(`${nameOrPath}: expected a module whose default export comes from defineDataset, got ${typeof module.default}.`);
}

function isDefinition(value: unknown): value is DatasetDefinition<unknown, DatasetOptions> {
  const { name, splits, read, linearise } = (value ?? {}) as Partial<DatasetDefinition<unknown, DatasetOptions>>;
  return typeof name === 'string' && typeof splits === 'object' && typeof read === 'function' && typeof linearise === 'function';
}
