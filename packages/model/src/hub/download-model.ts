import { checkFields, FileError, nodeModule } from '@prefix-tuning/base';
import { hubFields } from '../load/files.js';
import { openShards } from '../load/weights.js';
import { openHub } from './files.js';
import type { HubOptions } from './settings.js';

const { dirname } = nodeModule('node:path');

/** What `loadModel` reads beside config.json and the weights. */
const others = ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];

/**
 * Downloads all that `loadModel` reads of a model on the hub (Node only).
 *
 * @returns the folder of its commit in the cache
 * @throws HubError  if there is no such model or revision, it is not open to us, or the hub cannot be reached and the
 *   cache does not have it
 * @throws FileError, WeightsError  if it has no safetensors file, or a damaged one
 * @throws ConfigError  for an option that does not exist
 */
export async function downloadModel(repo: string, options: HubOptions = {}): Promise<string> {
  checkFields('downloadModel', options, Object.keys(hubFields));
  const files = await openHub(repo, options);
  const config = await files.open('config.json');
  if (!config) throw new FileError(`${repo}: expected config.json, got a model without it. Check that this is a Hugging Face model.${files.ifMissing ?? ''}`, { details: { repo } });
  await config.close();
  for (const name of others) await (await files.open(name))?.close();
  for (const shard of await openShards(files)) await shard.close();
  return dirname(config.path!);
}
