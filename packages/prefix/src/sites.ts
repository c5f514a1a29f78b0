import { ConfigError, type Rng } from '@prefix-tuning/base';
import type { Tensor } from '@tensorflow/tfjs-core';
import { createPrefix } from './create.js';
import { expandPrefix, type LayerPast } from './expand.js';
import { foldPrefix, type FoldedPrefix } from './fold.js';
import type { Initialisation } from './matrix.js';
import { prefixSize, type PrefixSize, type PrefixSpec } from './spec.js';
import type { ParameterTensors } from './tensors.js';
import type { ParameterValues } from './values.js';

/** Where a prefix enters an encoder-decoder model: encoder self-, decoder self-, and decoder cross-attention. */
export const sites = ['encoder', 'decoder', 'cross'] as const;
export type Site = (typeof sites)[number];

/** A value for each site that is switched on. */
export type BySite<T> = { readonly [S in Site]?: T };

/** Applies a function to each site that is there, in a fixed order. */
export function mapSites<From, To>(values: BySite<From>, fn: (value: From, site: Site) => To): BySite<To> {
  const unknown = Object.keys(values).filter((name) => !(sites as readonly string[]).includes(name));
  if (unknown.length > 0) throw new ConfigError(`prefix: expected sites of ${sites.join(', ')}, got ${unknown.join(', ')}.`, { details: { unknown } });
  return Object.fromEntries(sites.flatMap((site) => (values[site] === undefined ? [] : [[site, fn(values[site], site)]])));
}

/**
 * Makes a prefix with its own parameters, and its own network, for each site. Names begin with the site, such as
 * `cross.embedding.weight`.
 *
 * @see Li & Liang 2021, section 4 (Figure 2, encoder-decoder); the released code's three control networks
 */
export function createSitePrefixes(specs: BySite<PrefixSpec>, rng: Rng, initialisation: Initialisation = 'uniform'): ParameterValues {
  return joinSites(mapSites(specs, (spec, site) => createPrefix(spec, rng.fork(site), initialisation)));
}

/**
 * The past of each site: L pairs of float32 [1 or B, H, P, D]; the caller disposes them.
 *
 * @param options.dropout  for each site as in {@link expandPrefix}
 */
export function expandSitePrefixes(parameters: ParameterTensors, specs: BySite<PrefixSpec>, { dropout = {} }: { dropout?: BySite<Tensor> } = {}): BySite<LayerPast[]> {
  return mapSites(specs, (spec, site) => expandPrefix(ofSite(parameters, site), spec, dropout[site] ? { dropout: dropout[site] } : {}));
}

/** Drops the networks of all sites. */
export async function foldSitePrefixes(parameters: ParameterValues, specs: BySite<PrefixSpec>): Promise<BySite<FoldedPrefix>> {
  const folded = mapSites(specs, (spec, site) => foldPrefix(ofSite(parameters, site), spec));
  const entries = Object.entries(folded).map(async ([site, prefix]) => [site, await prefix] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** Sizes of all sites together. */
export function sitePrefixSize(specs: BySite<PrefixSpec>): PrefixSize {
  const add = (a: PrefixSize, b: PrefixSize): PrefixSize => ({ trained: a.trained + b.trained, kept: a.kept + b.kept, keptBytes: a.keptBytes + b.keptBytes });
  return Object.values(mapSites(specs, prefixSize)).reduce(add, { trained: 0, kept: 0, keptBytes: 0 });
}

/** Parameters of all sites in one record, each name after its site. */
export const joinSites = <T>(bySite: BySite<Readonly<Record<string, T>>>): Record<string, T> =>
  Object.fromEntries(Object.entries(bySite).flatMap(([site, parameters]) => Object.entries(parameters).map(([name, value]) => [`${site}.${name}`, value])));

/** The parameters of one site, under their own names. */
export function ofSite<T>(parameters: Readonly<Record<string, T>>, site: Site): Record<string, T> {
  const own = Object.entries(parameters).filter(([name]) => name.startsWith(`${site}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(site.length + 1), value]));
}
