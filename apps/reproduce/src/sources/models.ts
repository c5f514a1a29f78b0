import { ConfigError, type OnProgress } from '@prefix-tuning/base';
import { miniModelFolder, miniModels, type MiniModelName } from '@prefix-tuning/mini-models';
import { downloadModel, HubError, isHubId, loadConfig } from '@prefix-tuning/model';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Profile } from '../recipe/profile.js';
import type { ModelRole } from '../recipe/tasks.js';
import { hashFiles } from './files.js';

/** A model that somebody named for a role of the paper; nothing of it is read yet. */
export interface NamedModel {
  /** A folder, or a model's id on the hub. */
  readonly source: string;
  readonly onHub: boolean;
  readonly revision?: string;
  /** Whether the user named it, or the profile. */
  readonly given: boolean;
}

/** A model that plays a role of the paper. */
export interface ModelSource {
  readonly folder: string;
  /** For people: the folder's own name, or the id on the hub with its commit. */
  readonly name: string;
  /** Of its weights, configuration and tokenizer. */
  readonly hash: string;
  /** config.json */
  readonly raw: Readonly<Record<string, unknown>>;
}

export type NamedModels = Readonly<Partial<Record<ModelRole, NamedModel>>>;
export type ModelSources = Readonly<Partial<Record<ModelRole, ModelSource>>>;

const roles = ['gpt2-medium', 'gpt2-large', 'bart-large'] as const satisfies readonly ModelRole[];

/**
 * The models of a profile, or those that the user names: `role=NAME`, or a name alone, which plays the main role of its
 * family. A name is a folder, a shipped model, or an id on the hub, with `@revision` where a certain one is meant. Roles
 * that nobody fills are left out.
 *
 * @throws ConfigError  for an unknown role, or a name alone that stands for no model
 */
export async function nameModels(profile: Profile, given: readonly string[]): Promise<NamedModels> {
  const own = Object.fromEntries(await Promise.all(given.map(roleOf)));
  const named = roles.flatMap((role) => {
    const name = own[role] ?? profile.models[role];
    return name === '' ? [] : [[role, { ...modelOf(name), given: own[role] !== undefined }] as const];
  });
  return Object.fromEntries(named);
}

async function roleOf(given: string): Promise<[ModelRole, string]> {
  const at = given.indexOf('=');
  if (at < 0) {
    const raw = await readConfig({ ...modelOf(given), given: true });
    return [raw.model_type === 'bart' ? 'bart-large' : 'gpt2-medium', given];
  }
  const role = given.slice(0, at);
  if (!(roles as readonly string[]).includes(role)) throw new ConfigError(`--model: expected a role of ${roles.join(', ')}, got ${role}.`);
  return [role as ModelRole, given.slice(at + 1)];
}

/** What is a folder is not looked for elsewhere. */
function modelOf(name: string): Omit<NamedModel, 'given'> {
  if (existsSync(name)) return { source: resolve(name), onHub: false };
  if ((miniModels as readonly string[]).includes(name)) return { source: miniModelFolder(name as MiniModelName), onHub: false };
  const [, id = name, revision] = /^([^@]*)@(.+)$/.exec(name) ?? [];
  return isHubId(id) ? { source: id, onHub: true, ...(revision === undefined ? {} : { revision }) } : { source: resolve(name), onHub: false };
}

/**
 * Reads a model's config.json; of a model on the hub that file alone is fetched.
 *
 * @throws ConfigError  if the user's name is neither a folder nor an id on the hub
 */
export function readConfig(model: NamedModel): Promise<Readonly<Record<string, unknown>>> {
  return loadConfig(model.source, revisionOf(model)).catch(explain(model));
}

/** The commit that the user asked for, if any. */
export const revisionOf = ({ revision }: NamedModel): { revision?: string } => (revision === undefined ? {} : { revision });

/** A mistyped folder looks like an id on the hub. */
const explain = ({ source, onHub, given }: NamedModel) => (error: unknown): never => {
  if (!onHub || !given || !(error instanceof HubError)) throw error;
  throw new ConfigError(`--model ${source}: expected a folder or a model on the hub, got no such folder, and from the hub: ${error.message}`, { cause: error });
};

export interface OpenModelOptions {
  /** Roles that are needed. */
  readonly roles: ReadonlySet<ModelRole>;
  readonly onProgress: OnProgress;
  /** Told of a model of the profile that cannot be had from the hub: it is left out. */
  readonly onAbsent: (role: ModelRole, reason: string) => void;
}

/**
 * Opens models; those on the hub are downloaded first, one after the other.
 *
 * @throws ConfigError, FileError  if one that the user named is not there
 */
export async function openModels(named: NamedModels, { roles, onProgress, onAbsent }: OpenModelOptions): Promise<ModelSources> {
  const models: Partial<Record<ModelRole, ModelSource>> = {};
  for (const [role, model] of Object.entries(named) as [ModelRole, NamedModel][]) {
    if (!roles.has(role)) continue;
    try {
      models[role] = await openModel(model, onProgress);
    } catch (error) {
      if (model.given || !(error instanceof HubError)) throw error;
      onAbsent(role, error.message);
    }
  }
  return models;
}

/** Files of a model that are read; a folder of the hub's cache may hold others that Python put there. */
const read = /^((config|generation_config|tokenizer|tokenizer_config|.*\.safetensors\.index)\.json|.*\.safetensors)$/;

async function openModel(model: NamedModel, onProgress: OnProgress): Promise<ModelSource> {
  const { source, onHub } = model;
  const folder = onHub ? await downloadModel(source, { onProgress, ...revisionOf(model) }).catch(explain(model)) : source;
  const raw = await loadConfig(folder);
  const files = (await readdir(folder)).filter((file) => read.test(file)).sort();
  const name = onHub ? `${source}@${basename(folder).slice(0, 8)}` : basename(folder);
  return { folder, name, raw, hash: await hashFiles(files.map((file) => join(folder, file))) };
}
