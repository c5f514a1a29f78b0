import { ConfigError, type Rng } from '@prefix-tuning/base';
import { hostTensor, jit, toTensor, type Hosted, type JitFunction } from '@prefix-tuning/jit';
import { encodeSource } from '@prefix-tuning/model';
import { fitPrefix, mapSites, prefixFromPast, type BySite, type FitInputs, type FitOptions, type FitState, type FoldedPrefix, type LayerPast, type ParameterValues, type PrefixSpec } from '@prefix-tuning/prefix';
import { dispose, ones, reshape, transpose, type Tensor } from '@tensorflow/tfjs-core';
import type { TrainableModel } from '../model.js';
import { runOnce } from '../run-once.js';

/**
 * A model's own keys and values on some words, as the prefix that they would be: of a decoder its cache; of an
 * encoder-decoder model those of all three attentions, with the words as source and as target.
 *
 * @param tokens  the words; of a whole document the prefix is its key-value cache
 * @throws ConfigError  if they are no token ids of the model, or more than it has positions for
 */
export async function wordActivations(model: TrainableModel, tokens: readonly number[] | Int32Array): Promise<BySite<FoldedPrefix>> {
  checkWords(model, tokens);
  const read = (ids: Tensor): BySite<LayerPast[]> => (model.family.encoder ? readBothWays(model, ids) : { decoder: model.family.forward(model.parameters, model.config, { ids }).present as LayerPast[] });
  const pasts = await runOnce(jit(read, { name: 'words', runs: 1 }), hostTensor(Int32Array.from(tokens), [1, tokens.length], 'int32'));
  return Object.fromEntries(await Promise.all(Object.entries(pasts).map(async ([site, past]) => [site, await foldedOf(past)] as const)));
}

async function foldedOf(past: Hosted<LayerPast[]>): Promise<FoldedPrefix> {
  const tensors = past.map(({ key, value }) => ({ key: toTensor(key), value: toTensor(value) }));
  try {
    return await prefixFromPast(tensors);
  } finally {
    dispose(tensors);
  }
}

function checkWords({ config: { vocabulary, maxPositions } }: TrainableModel, tokens: ArrayLike<number>): void {
  const wrong = Array.from(tokens).filter((token) => !(Number.isInteger(token) && token >= 0 && token < vocabulary));
  if (wrong.length > 0) {
    throw new ConfigError(`prefix: expected tokens to be whole numbers from 0 to ${vocabulary - 1}, got ${wrong.join(', ')}. Encode the words with the model's tokenizer.`, { details: { field: 'tokens', wrong } });
  }
  if (tokens.length <= maxPositions) return;
  throw new ConfigError(`prefix: expected a length of at most ${maxPositions} to start from words, as the model has positions for no more, got ${tokens.length}. Choose a shorter one, or start at random.`, { details: { field: 'length', value: tokens.length } });
}

function readBothWays(model: TrainableModel, ids: Tensor): BySite<LayerPast[]> {
  const { family, parameters, config } = model;
  const projected: Record<string, Tensor> = {};
  const linear = (name: string, _input: Tensor, output: Tensor) => (projected[name] = output);
  const source = encodeSource(model, { ids, mask: ones(ids.shape), encoderHooks: { linear } });
  const { layers, heads } = config.encoder!;
  const split = (l: number, part: string): Tensor => {
    const name = `${family.names.encoderLayers!}${l}.self_attn.${part}`;
    const x = projected[name];
    if (!x) throw new ConfigError(`prefix: expected a linear map ${name} in ${family.name}'s encoder, got none. Start at random.`, { details: { name } });
    return transpose(reshape(x, [1, ids.shape[1]!, heads, x.shape[2]! / heads]), [0, 2, 1, 3]);
  };
  return {
    encoder: Array.from({ length: layers }, (_, l) => ({ key: split(l, 'k_proj'), value: split(l, 'v_proj') })),
    decoder: family.forward(parameters, config, { ids, source }).present as LayerPast[],
    cross: source.keyValues as LayerPast[],
  };
}

/** The words' activations, repeated to fill each prefix, as the start of every site. */
export async function startFromWords(
  model: TrainableModel,
  { specs, tokens, rngOf }: { specs: BySite<PrefixSpec>; tokens: readonly number[]; rngOf: (site: string) => Rng },
): Promise<BySite<ParameterValues>> {
  if (tokens.length === 0) {
    throw new ConfigError('prefix: expected tokens to start from, got none. Encode some words, such as " table-to-text", or start at random.', { details: { field: 'tokens' } });
  }
  const [{ length }] = Object.values(specs) as [PrefixSpec];
  const targets = await wordActivations(model, Array.from({ length }, (_, p) => tokens[p % tokens.length]!));
  const fitted = Object.values(mapSites(specs, async (spec, site) => [site, await fit(spec, targets[site]!, rngOf(site))] as const));
  return Object.fromEntries(await Promise.all(fitted));
}

async function fit(spec: PrefixSpec, target: FoldedPrefix, rng: Rng): Promise<ParameterValues> {
  const programs: JitFunction<FitInputs, FitState>[] = [];
  const compile = (fn: (inputs: FitInputs) => FitState) => {
    programs.push(jit(fn, { name: 'prefix-init' }));
    return programs[0] as unknown as ReturnType<NonNullable<FitOptions['compile']>>; // its host tensors are all float32 values
  };
  try {
    return await fitPrefix(spec, target, { rng, compile });
  } finally {
    await Promise.all(programs.map((program) => program.dispose()));
  }
}
