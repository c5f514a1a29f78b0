import { checkFields, ConfigError } from '@prefix-tuning/base';
import { jit, toHost, type Hosted, type Runtime } from '@prefix-tuning/jit';
import type { Encoder, Family, Hooks } from '@prefix-tuning/model';
import type { Past } from '@prefix-tuning/prefix';
import { dispose, engine, type Tensor } from '@tensorflow/tfjs-core';
import type { Entry, Tuning } from './methods/method.js';
import type { TrainableModel } from './model.js';
import { runOnce } from './run-once.js';
import { toTensors, type HostTensors, type Tensors } from './tensors.js';

/** A tuned model as generation takes it. */
export interface TunedModel<M extends TrainableModel> {
  /** The model with the tuning inside: its weights, and what stands within its layers. */
  readonly model: M;
  /** What stands before every prompt; goes into generation's `prefix`. */
  readonly prefix: Hosted<Past> | undefined;
  /** The same for generation's options of these names. */
  readonly encoderPrefix: Hosted<Past> | undefined;
  readonly crossPrefix: Hosted<Past> | undefined;
  /** For methods that stand between source and target. */
  readonly readSource: Entry['readSource'];
  /** Frees the tuning's tensors; the model it was made from stays. */
  dispose(): void;
}

/**
 * Puts trained parameters into a model.
 *
 * A prefix is computed once, as a program. The rest is the same model with other weights or with computation added to its
 * forward pass, so that whatever takes a model takes the tuned one.
 *
 * @param options.runtime  where a prefix is computed; what is found unless given
 * @throws ConfigError  if there is no tuning or no parameters, as from plain JavaScript, or for an option that does not exist
 */
export async function applyTuning<M extends TrainableModel>(model: M, tuning: Tuning, parameters: HostTensors, options: { readonly runtime?: Runtime } = {}): Promise<TunedModel<M>> {
  if (typeof tuning?.enter !== 'function' || typeof parameters !== 'object' || parameters === null) {
    throw new ConfigError('generation: expected a tuning and its trained parameters, got none. Pass what `tune` and training gave, or `loadTuning`.');
  }
  checkFields('applyTuning', options, ['runtime']);
  if (tuning.onlyPast) return { model, ...(await pastsOf(tuning, parameters, options.runtime)), readSource: undefined, dispose: () => {} };
  const trained = toTensors(parameters);
  const { entry, prefixes } = enterOnce(tuning, trained);
  const tuned = { ...model, parameters: entry.parameters, family: tunedFamily(model.family, entry) };
  return { model: tuned, ...prefixes, readSource: entry.readSource, dispose: () => dispose(trained as Record<string, Tensor>) };
}

type Prefixes = Pick<TunedModel<TrainableModel>, 'prefix' | 'encoderPrefix' | 'crossPrefix'>;

/** The keys and values of a method that consists of nothing else. */
async function pastsOf(tuning: Tuning, parameters: HostTensors, runtime: Runtime | undefined): Promise<Prefixes> {
  const compute = (trained: Tensors) => {
    const { past, encoderPast, crossPast } = tuning.enter(trained);
    return [past, encoderPast, crossPast].map((one) => (one ? [one] : []));
  };
  const [prefix, encoderPrefix, crossPrefix] = (await runOnce(jit(compute, { name: 'prefix', runs: 1, ...(runtime ? { runtime } : {}) }), parameters)).map(([one]) => one);
  return { prefix, encoderPrefix, crossPrefix };
}

/** A family with a method's hooks inside. */
function tunedFamily(family: Family, { hooks, encoderHooks }: Entry): Family {
  if (!hooks && !encoderHooks) return family;
  const { encoder } = family;
  const forward: Family['forward'] = (p, config, input) => family.forward(p, config, { ...input, hooks });
  return { ...family, forward, ...(encoder ? { encoder: tunedEncoder(encoder, { hooks, encoderHooks }) } : {}) };
}

const tunedEncoder = (encoder: Encoder, { hooks, encoderHooks }: { hooks: Hooks | undefined; encoderHooks: Hooks | undefined }): Encoder => ({
  ...encoder,
  encode: (p, config, input) => encoder.encode(p, config, { ...input, hooks: encoderHooks }),
  keyValues: (p, config, input) => encoder.keyValues(p, config, { ...input, hooks }),
});

/** The entry of trained parameters, its prefixes read into memory and every intermediate tensor freed. */
function enterOnce(tuning: Tuning, trained: Tensors): { entry: Entry; prefixes: Prefixes } {
  engine().startScope();
  try {
    const entry = tuning.enter(trained);
    const host = (past: Past | undefined) => past?.map(({ key, value }) => ({ key: toHost(key), value: toHost(value) }));
    return { entry, prefixes: { prefix: host(entry.past), encoderPrefix: host(entry.encoderPast), crossPrefix: host(entry.crossPast) } };
  } finally {
    engine().endScope();
  }
}
