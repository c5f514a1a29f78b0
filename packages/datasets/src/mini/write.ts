import { checkFields, ConfigError, type FieldsOf, FileError, makeFolder, nodeModule } from '@prefix-tuning/base';
import type { DatasetDefinition, DatasetOptions, MiniOptions } from '../define.js';
import { findDataset } from '../load.js';

const { writeFile } = nodeModule('node:fs/promises');
const { dirname, join } = nodeModule('node:path');

/** Sizes with which each mini dataset trains in minutes on two cores. */
export const miniSizes: MiniOptions['sizes'] = { train: 600, dev: 60, test: 80 };

export interface WriteMiniOptions {
  readonly folder: string;
  readonly seed: number | string;
  readonly sizes?: MiniOptions['sizes'];
}

const fields: FieldsOf<WriteMiniOptions> = { folder: true, seed: true, sizes: true };

/**
 * Writes a mini dataset's files in the original's format, to be read with `loadDataset` like the real ones.
 *
 * @param dataset  a built-in dataset's name, or a definition
 * @returns the names of the files
 * @throws ConfigError  for a dataset that has no mini data, or an option that does not exist
 * @throws FileError    if a file cannot be written
 */
export async function writeMiniData(dataset: string | DatasetDefinition<unknown, DatasetOptions>, options: WriteMiniOptions): Promise<string[]> {
  checkFields('writeMiniData', options, Object.keys(fields));
  const { folder, seed, sizes = miniSizes } = options;
  const definition = typeof dataset === 'string' ? findDataset(dataset) : dataset;
  if (!definition.mini) throw new ConfigError(`${definition.name}: expected a dataset with mini data, got one without.`);
  const files = definition.mini({ seed, sizes });
  for (const [file, content] of Object.entries(files)) {
    const path = join(folder, file);
    await makeFolder(dirname(path));
    await writeFile(path, content).catch((error: NodeJS.ErrnoException) => {
      throw new FileError(`${path}: expected to write the file, got ${error.code ?? error.message}. Give another folder.`, { details: { path }, cause: error });
    });
  }
  return Object.keys(files);
}
