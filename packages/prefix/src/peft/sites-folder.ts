import { PrefixFileError } from '../errors.js';
import type { FoldedPrefix } from '../fold.js';
import { mapSites, type BySite, type Site } from '../sites.js';
import { positionSize, type PrefixShape } from '../spec.js';
import { parseJson, wrongField } from './config.js';
import { configFile, nameOf, readConfig, readTensor, writeAdapter, type FolderSource } from './files.js';

/** Not a type that PEFT knows: it refuses the folder by this name instead of reading one site as all. */
const sitesType = 'PREFIX_TUNING_SITES';
const tensorOf = (site: Site): string => `prompt_embeddings.${site}`;

/** Saves an encoder-decoder prefix: one tensor for each site, in an extension of PEFT's layout (Node only). */
export async function saveSitePrefixes(folder: string, prefixes: BySite<FoldedPrefix>, options: { baseModel?: string } = {}): Promise<void> {
  const shapes = mapSites(prefixes, ({ layers, heads, headDim, length }) => ({ layers, heads, headDim, length }));
  const config = { peft_type: sitesType, base_model_name_or_path: options.baseModel ?? null, sites: shapes, inference_mode: true };
  const tensors = Object.entries(mapSites(prefixes, ({ rows }) => rows)).map(([site, rows]) => [tensorOf(site as Site), rows] as const);
  await writeAdapter(folder, config, Object.fromEntries(tensors));
}

/**
 * Loads what {@link saveSitePrefixes} wrote.
 *
 * @throws PrefixFileError  if a file is missing, or the folder holds another kind of adapter
 */
export async function loadSitePrefixes(source: FolderSource): Promise<BySite<FoldedPrefix>> {
  const file = nameOf(source, configFile);
  const config = parseJson(await readConfig(source), file);
  if (config.peft_type !== sitesType || typeof config.sites !== 'object' || config.sites === null) {
    throw wrongField(file, 'peft_type', { expected: `${sitesType} with sites`, got: config.peft_type });
  }
  const read = mapSites(config.sites as BySite<PrefixShape>, async ({ layers, heads, headDim, length }, site) => {
    const shape = { layers, heads, headDim, length };
    if (!Object.values(shape).every((size) => Number.isInteger(size) && size >= 0)) {
      throw new PrefixFileError(`${file}: expected whole numbers for site ${site}, got ${JSON.stringify(shape)}. Save the adapter again.`, { details: { file, site } });
    }
    return [site, { ...shape, rows: await readTensor(source, tensorOf(site), [length, positionSize(shape)]) }] as const;
  });
  return Object.fromEntries(await Promise.all(Object.values(read)));
}
