import { checkFields } from '@prefix-tuning/base';
import type { FoldedPrefix } from '../fold.js';
import { mapSites, sites, type BySite, type Site } from '../sites.js';
import { positionSize, type PrefixShape } from '../spec.js';
import { parseJson, wrongField } from './config.js';
import { configFile, nameOf, readConfig, readTensor, writeAdapter, type FolderSource, type FolderTarget } from './files.js';

/** Not a type that PEFT knows: it refuses the folder by this name instead of reading one site as all. */
const sitesType = 'PREFIX_TUNING_SITES';
const tensorOf = (site: Site): string => `prompt_embeddings.${site}`;

/** Saves an encoder-decoder prefix: one tensor for each site, in an extension of PEFT's layout; `folder` as for {@link savePrefix}. */
export async function saveSitePrefixes(folder: FolderTarget, prefixes: BySite<FoldedPrefix>, options: { baseModel?: string } = {}): Promise<void> {
  checkFields('saveSitePrefixes', options, ['baseModel']);
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
  if (config.peft_type !== sitesType) throw wrongField(file, 'peft_type', { expected: sitesType, got: config.peft_type });
  const read = mapSites(shapesOf(config.sites, file), async (shape, site) => {
    const rows = await readTensor(source, tensorOf(site), [shape.length, positionSize(shape)]);
    return [site, { ...shape, rows }] as const;
  });
  return Object.fromEntries(await Promise.all(Object.values(read)));
}

/** The shape of each site's prefix, checked: a file can hold anything. */
function shapesOf(value: unknown, file: string): BySite<PrefixShape> {
  const given = Object.entries((value ?? {}) as Record<string, Partial<PrefixShape> | null>);
  if (given.length === 0 || given.some(([site]) => !(sites as readonly string[]).includes(site))) {
    throw wrongField(file, 'sites', { expected: `shapes for some of ${sites.join(', ')}`, got: value });
  }
  const shapes = given.map(([site, shape]) => {
    const { layers, heads, headDim, length } = shape ?? {};
    if (![layers, heads, headDim, length].every((size) => Number.isInteger(size) && size! >= 0)) {
      throw wrongField(file, `sites.${site}`, { expected: 'layers, heads, headDim and length, whole numbers', got: shape });
    }
    return [site, { layers, heads, headDim, length }];
  });
  return Object.fromEntries(shapes);
}
