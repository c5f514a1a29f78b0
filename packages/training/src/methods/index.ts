import { checkFields, ConfigError, type Rng } from '@prefix-tuning/base';
import type { FolderSource } from '@prefix-tuning/prefix';
import type { TrainableModel } from '../model.js';
import { checkPart } from '../parts.js';
import { adapter } from './adapter.js';
import { embeddingOnly } from './embedding-only.js';
import { fineTune } from './fine-tune.js';
import { fineTuneTop } from './ft-top2.js';
import { infix } from './infix.js';
import { lora } from './lora.js';
import type { Tuning, TuningMethod } from './method.js';
import { prefix } from './prefix.js';

/** Every tuning method there is: one file and one row each. */
export const methods = {
  prefix,
  'embedding-only': embeddingOnly,
  infix,
  adapter,
  lora,
  'fine-tune': fineTune,
  'ft-top2': fineTuneTop,
} as const;

export type MethodName = keyof typeof methods;
export type SettingsOf<Name extends MethodName> = (typeof methods)[Name] extends TuningMethod<infer Settings> ? Settings : never;

/**
 * Starts tuning a model with a method.
 *
 * @param options.settings  what differs from the method's defaults
 * @param options.rng  decides the start of the trained parameters
 * @throws ConfigError  if there is no such method, or an option or a setting is unknown or out of range
 */
export async function tune<Name extends MethodName>(
  name: Name,
  model: TrainableModel,
  options: { settings?: Partial<SettingsOf<Name>>; rng: Rng },
): Promise<Tuning> {
  const method = methodOf(name);
  checkPart('tune: model', model?.family, 'loadModel');
  checkFields('tune', options, ['settings', 'rng']);
  if (typeof options.rng?.fork !== 'function') throw new ConfigError('tune: rng: expected a stream of random numbers, got none. Pass createRng(seed) of @prefix-tuning/base.', { details: { field: 'rng' } });
  return method.create(model, completeSettings(method, model, options.settings ?? {}), options.rng);
}

/** Loads what a method saved: from the path of a folder (Node only), or from its files' bytes by name. */
export const loadTuning = (name: MethodName, model: TrainableModel, folder: FolderSource): Promise<Tuning> => methodOf(name).load(model, folder);

/** How many numbers a method trains, by formula. */
export function trainedParameters<Name extends MethodName>(name: Name, model: TrainableModel, settings: Partial<SettingsOf<Name>> = {}): number {
  const method = methodOf(name);
  return method.count(model, completeSettings(method, model, settings));
}

/** How many numbers a method keeps after training, by formula. */
export function keptParameters<Name extends MethodName>(name: Name, model: TrainableModel, settings: Partial<SettingsOf<Name>> = {}): number {
  const method = methodOf(name);
  const complete = completeSettings(method, model, settings);
  return method.kept?.(model, complete) ?? method.count(model, complete);
}

function methodOf(name: MethodName): TuningMethod<unknown> {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method) return method as TuningMethod<unknown>;
  throw new ConfigError(`tune: expected a method of ${Object.keys(methods).join(', ')}, got ${name}.`, { details: { method: name } });
}

function completeSettings(method: TuningMethod<unknown>, model: TrainableModel, settings: object): unknown {
  const defaults = method.defaults(model) as Record<string, unknown>;
  checkFields(`${method.name} settings`, settings, Object.keys(defaults));
  return { ...defaults, ...settings };
}
