import { ConfigError } from '@prefix-tuning/base';
import { miniModelFolder, miniModels, type MiniModelName } from '@prefix-tuning/mini-models';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Profile } from '../recipe/profile.js';
import type { ModelRole } from '../recipe/tasks.js';
import { hashFiles } from './files.js';

/** A model that plays a role of the paper. */
export interface ModelSource {
  readonly folder: string;
  /** For people: the folder's own name. */
  readonly name: string;
  /** Of its weights, configuration and tokenizer. */
  readonly hash: string;
  /** config.json */
  readonly raw: Readonly<Record<string, unknown>>;
}

export type ModelSources = Readonly<Partial<Record<ModelRole, ModelSource>>>;

const roles = ['gpt2-medium', 'gpt2-large', 'bart-large'] as const satisfies readonly ModelRole[];

/**
 * The models of a profile, or those that the user names: `role=FOLDER`, or a folder alone, which plays the main role of
 * its family. Roles that nobody fills are left out.
 *
 * @throws ConfigError  for an unknown role, or a folder without config.json
 */
export async function findModels(profile: Profile, given: readonly string[]): Promise<ModelSources> {
  const named = await Promise.all(given.map(roleOf));
  const folders = { ...profile.models, ...Object.fromEntries(named) };
  const wanted = roles.filter((role) => folders[role] !== '');
  return Object.fromEntries(await Promise.all(wanted.map(async (role) => [role, await openModel(folders[role])] as const)));
}

async function roleOf(given: string): Promise<[ModelRole, string]> {
  const at = given.indexOf('=');
  if (at < 0) {
    const { raw } = await readConfig(folderOf(given));
    return [raw.model_type === 'bart' ? 'bart-large' : 'gpt2-medium', given];
  }
  const role = given.slice(0, at);
  if (!(roles as readonly string[]).includes(role)) throw new ConfigError(`--model: expected a role of ${roles.join(', ')}, got ${role}.`);
  return [role as ModelRole, given.slice(at + 1)];
}

/** A shipped model's name is one only if no folder is called so. */
const folderOf = (name: string): string =>
  !existsSync(name) && (miniModels as readonly string[]).includes(name) ? miniModelFolder(name as MiniModelName) : resolve(name);

async function readConfig(folder: string): Promise<{ raw: Record<string, unknown> }> {
  const file = join(folder, 'config.json');
  if (!existsSync(file)) throw new ConfigError(`${folder}: expected a model folder with config.json, got none. Name a Hugging Face folder or one of ${miniModels.join(', ')}.`);
  return { raw: JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown> };
}

async function openModel(name: string): Promise<ModelSource> {
  const folder = folderOf(name);
  const { raw } = await readConfig(folder);
  const files = (await readdir(folder)).filter((file) => /\.(safetensors|json)$/.test(file)).sort();
  return { folder, name: basename(folder), raw, hash: await hashFiles(files.map((file) => join(folder, file))) };
}
