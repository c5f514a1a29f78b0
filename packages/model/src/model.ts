import { checkFields, type FieldsOf } from '@prefix-tuning/base';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { familyOf } from './families/index.js';
import type { Family, ModelConfig } from './families/family.js';
import type { HubOptions } from './hub/settings.js';
import { hubFields, modelFiles, readJson, requireJson, type ModelFiles } from './load/files.js';
import { parseGenerationConfig, type GenerationConfig } from './load/generation-config.js';
import { loadParameters } from './load/weights.js';
import { absentTokenizer, createTokenizer, type Tokenizer } from './tokenizer/tokenizer.js';

/** A model in memory: plain values and pure functions. */
export interface Model {
  readonly family: Family;
  readonly config: ModelConfig;
  /** float32, with the checkpoint's names less the leading `transformer.` or `model.`. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly tokenizer: Tokenizer;
  readonly generationConfig: GenerationConfig;
  /** Where it came from: the folder, or the id on the hub. */
  readonly folder: string;
  /** What it came with beside config and weights, as read, by name: the tokenizer's files and generation_config.json. */
  readonly otherFiles?: Readonly<Record<string, Json>>;
}

type Json = Readonly<Record<string, unknown>>;

/** What is said of the hub counts for a hub id alone. */
export interface LoadOptions extends HubOptions {
  /** Loads a folder that has no tokenizer.json; using the tokenizer is then an error. */
  readonly withoutTokenizer?: boolean;
}

const fields: FieldsOf<LoadOptions> = { ...hubFields, withoutTokenizer: true };

/**
 * Loads a model from `config.json`, `model.safetensors` (or its shards) and `tokenizer.json`.
 *
 * @param source  path of their folder, or a model's id on the Hugging Face hub, such as `openai-community/gpt2` (Node);
 *   or the files themselves
 * @throws FileError, HubError, ConfigError, WeightsError  naming the file, what is wrong with it, and the cure; or an
 *   option that does not exist
 */
export async function loadModel(source: string | ModelFiles, options: LoadOptions = {}): Promise<Model> {
  checkFields('loadModel', options, Object.keys(fields));
  const { withoutTokenizer = false, ...hub } = options;
  const files = await modelFiles(source, hub);
  const raw = await loadConfig(files);
  const configFile = `${files.name}/config.json`;
  const family = familyOf(raw, configFile);
  const config = family.parseConfig(raw, configFile);
  const tokenizerFiles = withoutTokenizer ? undefined : await readTokenizerFiles(files);
  const tokenizer = tokenizerFiles ? tokenizerOf(tokenizerFiles, files) : absentTokenizer(files.name);
  const generation = await readJson(files, generationFile);
  const parameters = await loadParameters(files, { family, config }, options.onProgress);
  return {
    family,
    config,
    parameters,
    tokenizer,
    generationConfig: parseGenerationConfig(raw, generation),
    folder: files.name,
    otherFiles: { ...tokenizerFiles, ...(generation ? { [generationFile]: generation } : {}) },
  };
}

const generationFile = 'generation_config.json';

/**
 * Reads the config.json of a model folder or hub id alone.
 *
 * @throws FileError, HubError, ConfigError  naming the file, what is wrong with it, and the cure
 */
export async function loadConfig(source: string | ModelFiles, options: HubOptions = {}): Promise<Json> {
  return requireJson(await modelFiles(source, options), 'config.json', 'Check that this is a Hugging Face model folder.');
}

/**
 * Loads the tokenizer of a model folder or hub id alone.
 *
 * @throws FileError  if there is no tokenizer.json
 */
export async function loadTokenizer(source: string | ModelFiles, options: HubOptions = {}): Promise<Tokenizer> {
  const files = await modelFiles(source, options);
  return tokenizerOf(await readTokenizerFiles(files), files);
}

interface TokenizerFiles {
  readonly 'tokenizer.json': Json;
  readonly 'tokenizer_config.json'?: Json;
}

async function readTokenizerFiles(files: ModelFiles): Promise<TokenizerFiles> {
  const cure = "Copy the checkpoint's tokenizer.json into it, or make one with Python: AutoTokenizer.from_pretrained(folder).save_pretrained(folder).";
  const json = await requireJson(files, 'tokenizer.json', cure);
  const config = await readJson(files, 'tokenizer_config.json');
  return { 'tokenizer.json': json, ...(config ? { 'tokenizer_config.json': config } : {}) };
}

const tokenizerOf = (read: TokenizerFiles, { name }: ModelFiles): Tokenizer => createTokenizer(read['tokenizer.json'], read['tokenizer_config.json'], `${name}/tokenizer.json`);

/** Frees a model's parameters. */
export function disposeModel(model: Model): void {
  dispose(model.parameters as Record<string, Tensor>);
}
