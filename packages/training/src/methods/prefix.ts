import { ConfigError, type Rng } from '@prefix-tuning/base';
import {
  createPrefix,
  expandPrefix,
  foldPrefix,
  joinSites,
  loadPrefix,
  loadSitePrefixes,
  mapSites,
  ofSite,
  positionSize,
  savePrefix,
  saveSitePrefixes,
  sitePrefixSize,
  sites,
  type BySite,
  type FoldedPrefix,
  type Initialisation,
  type ParameterValues,
  type PrefixShape,
  type PrefixSpec,
  type Site,
} from '@prefix-tuning/prefix';
import { attentionShape, checkLength, layoutOf, type TrainableModel } from '../model.js';
import { compileFold } from '../run-once.js';
import type { HostTensors } from '../tensors.js';
import { checkDropout, dropoutMask } from './dropout.js';
import type { Entry, Tuning, TuningMethod } from './method.js';
import { checkList } from './shapes.js';
import { startFromWords } from './words.js';

export interface PrefixSettings {
  readonly kind: 'reparametrised' | 'direct';
  /** P: 5 for E2E and WebNLG, 10 for DART, 100 or 200 for XSUM in the paper. */
  readonly length: number;
  /** C of the small matrix; the model's width in the released code. Unused by the direct kind. */
  readonly width: number;
  /** M: 512 for table-to-text, 800 for summarization. Unused by the direct kind. */
  readonly networkWidth: number;
  /** Random, zero, or `words`: the model's own activations on `tokens`, to which the network is fitted first. */
  readonly initialisation: Initialisation | 'words';
  /** Real words to start from, as token ids; repeated to fill the length, or as many of them as it takes. */
  readonly tokens: readonly number[];
  /**
   * Where prefixes stand, each with its own parameters and network: in an encoder-decoder model the encoder's
   * self-attention, the decoder's self-attention and its cross-attention, all three unless given.
   */
  readonly sites: readonly Site[];
  /** Share of the prefix's numbers that a training step drops. */
  readonly dropout: number;
}

/**
 * Prefix-tuning: the model is frozen; keys and values before the first token train, through a network or directly.
 * What is kept is the folded prefix: of a decoder-only model in a folder that PEFT loads.
 *
 * @see Li & Liang 2021, section 4
 */
export const prefix: TuningMethod<PrefixSettings> = {
  name: 'prefix',
  defaults: (model) => ({
    kind: 'reparametrised',
    length: 5,
    width: attentionShape(model).width,
    networkWidth: 512,
    initialisation: 'uniform',
    tokens: [],
    sites: sitesOf(model),
    dropout: 0,
  }),
  create: async (model, settings, rng) => {
    checkDropout(settings.dropout);
    checkLength('prefix', model, settings.length);
    const specs = specsOf(model, settings);
    const { initialisation, tokens } = settings;
    const initial = rng.fork('prefix-init');
    const rngOf = (site: string): Rng => (model.family.encoder ? initial.fork(site) : initial);
    const parameters =
      initialisation === 'words' ? await startFromWords(model, { specs, tokens, rngOf }) : mapSites(specs, (spec, site) => createPrefix(spec, rngOf(site), initialisation));
    return tuningOf(model, { specs, settings: { ...settings }, parameters: join(model, parameters) });
  },
  load: async (model, folder) => {
    const prefixes: BySite<FoldedPrefix> = model.family.encoder ? await loadSitePrefixes(folder) : { decoder: await loadPrefix(folder) };
    const specs = mapSites(prefixes, (found, site): PrefixSpec => ({ ...fitting(found, siteShape(model, site), typeof folder === 'string' ? folder : 'prefix'), kind: 'direct' }));
    const length = Math.max(...Object.values(prefixes).map((found) => found.length));
    const settings: PrefixSettings = { ...prefix.defaults(model), kind: 'direct', length, sites: Object.keys(specs) as Site[] };
    const parameters = join(model, mapSites(prefixes, ({ rows }) => ({ 'embedding.weight': rows })));
    return tuningOf(model, { specs, settings: { ...settings }, parameters });
  },
  count: (model, settings) => sitePrefixSize(specsOf(model, settings)).trained,
  kept: (model, settings) => sitePrefixSize(specsOf(model, settings)).kept,
};

/** Every site that a model has. */
const sitesOf = ({ family }: TrainableModel): readonly Site[] => (family.encoder ? sites : ['decoder']);

/** L, H and D of a site's attention. */
function siteShape({ config }: TrainableModel, site: Site): Omit<PrefixShape, 'length'> {
  const { layers, heads, headSize } = site === 'encoder' ? config.encoder! : { ...config, heads: config.keyValueHeads };
  return { layers, heads, headDim: headSize };
}

function specsOf(model: TrainableModel, { kind, length, width, networkWidth, sites: chosen }: PrefixSettings): BySite<PrefixSpec> {
  const known = sitesOf(model);
  checkList('prefix', 'sites', chosen);
  if (chosen.length === 0 || new Set(chosen).size < chosen.length || chosen.some((site) => !known.includes(site))) {
    throw new ConfigError(`prefix: expected sites among ${known.join(', ')}, each once, got ${chosen.join(', ') || 'none'}.`, { details: { field: 'sites', sites: chosen } });
  }
  const spec = (site: Site): PrefixSpec => {
    const shape = { ...siteShape(model, site), length };
    return kind === 'reparametrised' ? { ...shape, kind, width, networkWidth } : { ...shape, kind };
  };
  return Object.fromEntries(known.filter((site) => chosen.includes(site)).map((site) => [site, spec(site)]));
}

/** A decoder-only model's parameters need no site in their names. */
const join = ({ family }: TrainableModel, parameters: BySite<ParameterValues>): ParameterValues => (family.encoder ? joinSites(parameters) : parameters.decoder!);

const ownOf = <T>({ family }: TrainableModel, parameters: Readonly<Record<string, T>>, site: Site): Readonly<Record<string, T>> =>
  family.encoder ? ofSite(parameters, site) : parameters;

function fitting({ layers, heads, headDim, length }: FoldedPrefix, shape: Omit<PrefixShape, 'length'>, folder: string): PrefixShape {
  if (layers === shape.layers && heads === shape.heads && headDim === shape.headDim) return { ...shape, length };
  throw new ConfigError(
    `${folder}: expected a prefix of ${shape.layers} layers, ${shape.heads} heads of ${shape.headDim}, got ${layers} layers, ${heads} heads of ${headDim}. ` +
      'Load it with the model that it was trained for.',
    { details: { folder } },
  );
}

const entryName = { encoder: 'encoderPast', decoder: 'past', cross: 'crossPast' } as const satisfies Record<Site, keyof Entry>;

function tuningOf(
  model: TrainableModel,
  { specs, settings, parameters }: { specs: BySite<PrefixSpec>; settings: Record<string, unknown>; parameters: HostTensors },
): Tuning {
  const tuning: Tuning = {
    method: 'prefix',
    settings,
    parameters,
    layout: layoutOf(model),
    onlyPast: true,
    enter: (trained, noise) => {
      const longer = Object.entries(specs).filter(([, { length }]) => length > 0) as [Site, PrefixSpec][];
      const pasts = longer.map(([site, spec]) => {
        const dropout = noise?.[site];
        return [entryName[site], expandPrefix(ownOf(model, trained, site), spec, dropout ? { dropout } : {})] as const;
      });
      return { parameters: model.parameters, ...Object.fromEntries(pasts) };
    },
    save: async (folder, trained) => {
      const folded = Object.values(mapSites(specs, async (spec, site) => [site, await foldPrefix(ownOf(model, trained as ParameterValues, site), spec, { compile: compileFold })] as const));
      const prefixes: BySite<FoldedPrefix> = Object.fromEntries(await Promise.all(folded));
      const base = model.folder === undefined ? {} : { baseModel: model.folder };
      await (model.family.encoder ? saveSitePrefixes(folder, prefixes, base) : savePrefix(folder, prefixes.decoder!, base));
    },
  };
  const rate = Number(settings.dropout);
  if (rate === 0) return tuning;
  // Each row of a batch has its own mask.
  const noise = (rng: Rng, rows: number) => mapSites(specs, (spec, site) => dropoutMask([rows, spec.length, positionSize(spec)], rate, rng.fork(site)));
  return { ...tuning, noise: noise as NonNullable<Tuning['noise']> };
}
