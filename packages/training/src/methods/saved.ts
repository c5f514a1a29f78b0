import { ConfigError } from '@prefix-tuning/base';
import { checkParameterShapes, type FolderSource, type FolderTarget } from '@prefix-tuning/prefix';
import { nameOf, readJson, readParameters, writeJson, writeParameters } from '../files.js';
import type { HostTensors } from '../tensors.js';

const weightsFile = 'parameters.safetensors';
const settingsFile = 'tuning.json';

/** Writes a method's settings and trained parameters: `tuning.json` and `parameters.safetensors`. */
export async function saveTuned(folder: FolderTarget, tuned: { method: string; settings: Readonly<Record<string, unknown>>; parameters: HostTensors }): Promise<void> {
  await writeParameters(folder, weightsFile, tuned.parameters);
  await writeJson(folder, settingsFile, { method: tuned.method, settings: tuned.settings });
}

/**
 * Reads what {@link saveTuned} wrote.
 *
 * @param expected.shapes  the parameters that these settings have
 * @throws ConfigError  if the folder holds another method
 * @throws ShapeError  if the parameters are not those of the settings
 */
export async function loadTuned<Settings>(
  folder: FolderSource,
  expected: { method: string; shapes: (settings: Settings) => Readonly<Record<string, readonly number[]>> },
): Promise<{ settings: Settings; parameters: HostTensors }> {
  const { method, settings } = await readJson(folder, settingsFile);
  if (method !== expected.method || typeof settings !== 'object' || settings === null) {
    const file = nameOf(folder, settingsFile);
    throw new ConfigError(`${file}: expected the settings of ${expected.method}, got ${JSON.stringify(method)}. Load it with its own method.`, { details: { file, method } });
  }
  const parameters = await readParameters(folder, weightsFile);
  checkParameterShapes(parameters, expected.shapes(settings as Settings), nameOf(folder, weightsFile));
  return { settings: settings as Settings, parameters };
}
