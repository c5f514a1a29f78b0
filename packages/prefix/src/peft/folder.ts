import { checkFields, ConfigError } from '@prefix-tuning/base';
import { PrefixFileError } from '../errors.js';
import type { FoldedPrefix } from '../fold.js';
import { positionSize } from '../spec.js';
import { parsePeftConfig, peftConfig, shapeOf } from './config.js';
import { configFile, nameOf, readConfig, readTensor, writeAdapter, type FolderSource, type FolderTarget } from './files.js';

const tensorName = 'prompt_embeddings';

/**
 * Saves a prefix as a folder that PEFT's `PeftModel.from_pretrained` loads. Each file is written whole or not at all.
 *
 * @param folder  a path (Node only), or an object that is given the two files' bytes by name
 * @param options.baseModel  name or path of the model that the prefix belongs to; PEFT looks it up
 * @throws FileError  if the folder cannot be written
 * @throws ConfigError  for an option that does not exist, or a prefix that is not folded
 */
export async function savePrefix(folder: FolderTarget, prefix: FoldedPrefix, options: { baseModel?: string } = {}): Promise<void> {
  checkFields('savePrefix', options, ['baseModel']);
  if (!prefix.rows) throw new ConfigError('savePrefix: expected a folded prefix, got something else. Pass `await foldPrefix(parameters, spec)`.');
  await writeAdapter(folder, peftConfig(prefix, options), { [tensorName]: prefix.rows });
}

/** A prefix as its folder gives it. */
export interface LoadedPrefix extends FoldedPrefix {
  /** The model it was saved for, if the folder says so. */
  readonly baseModel: string | undefined;
  /** A cartridge's first positions that must not train; 0 for a prefix. */
  readonly frozenLength: number;
}

/**
 * Loads a folder saved by {@link savePrefix} or by PEFT (prefix tuning or a cartridge) for a decoder-only model.
 *
 * @param source  a path (Node only), or the two files' bytes by name
 * @throws PrefixFileError  if a file is missing, or the folder holds another kind of adapter
 * @throws WeightsError  if the weight file is damaged
 */
export async function loadPrefix(source: FolderSource): Promise<LoadedPrefix> {
  const file = nameOf(source, configFile);
  const config = parsePeftConfig(await readConfig(source), file);
  if (config.num_transformer_submodules !== 1) {
    throw new PrefixFileError(
      `${file}: expected a prefix for a decoder (num_transformer_submodules 1), got ${config.num_transformer_submodules}. Load it with loadTiedPrefix.`,
      { details: { file, field: 'num_transformer_submodules' } },
    );
  }
  const shape = shapeOf(config);
  const rows = await readTensor(source, tensorName, [shape.length, positionSize(shape)]);
  const frozenLength = config.peft_type === 'CARTRIDGE' ? (config.num_frozen_tokens ?? 0) : 0;
  return { ...shape, rows, baseModel: config.base_model_name_or_path ?? undefined, frozenLength };
}

/**
 * Loads PEFT's prefix for an encoder-decoder model, which is not the paper's: there is none for the encoder and none
 * for cross-attention, and decoder layers share. It stores L pairs of keys and values for 2 L places (self and cross
 * of each layer), so that layer l's self-attention gets pair 2 l modulo L; current versions drop the pairs for
 * cross-attention.
 *
 * @param options.layers  how many the decoder has, where these are fewer than the encoder's, which PEFT counts
 * @returns the decoder's prefix with the shared layers written out, and a warning to show
 * @throws PrefixFileError  if the folder holds another kind of adapter
 * @throws ConfigError  for an option that does not exist, or more layers than PEFT has
 */
export async function loadTiedPrefix(source: FolderSource, options: { layers?: number } = {}): Promise<{ decoder: FoldedPrefix; warning: string }> {
  checkFields('loadTiedPrefix', options, ['layers']);
  const file = nameOf(source, configFile);
  const config = parsePeftConfig(await readConfig(source), file);
  if (config.num_transformer_submodules !== 2) {
    throw new PrefixFileError(`${file}: expected num_transformer_submodules to be 2, got ${config.num_transformer_submodules}. Load it with loadPrefix.`, {
      details: { file, field: 'num_transformer_submodules' },
    });
  }
  const stored = shapeOf(config);
  const shape = { ...stored, layers: options.layers ?? stored.layers };
  if (!Number.isInteger(shape.layers) || shape.layers < 1 || shape.layers > stored.layers) {
    throw new ConfigError(`loadTiedPrefix: layers: expected 1 to the ${stored.layers} of ${file}, got ${shape.layers}. Give the decoder's.`, {
      details: { file, field: 'layers' },
    });
  }
  const tied = await readTensor(source, tensorName, [stored.length, positionSize(stored)]);
  const pair = 2 * shape.heads * shape.headDim;
  const size = positionSize(shape);
  const data = new Float32Array(shape.length * size);
  for (let p = 0; p < shape.length; p++) {
    for (let l = 0; l < shape.layers; l++) {
      const from = p * positionSize(stored) + ((2 * l) % stored.layers) * pair;
      data.set(tied.data.subarray(from, from + pair), p * size + l * pair);
    }
  }
  const warning =
    `${file}: PEFT ties the decoder's layers (layer l uses pair 2l mod ${stored.layers}) and has no prefix for the encoder and cross-attention. ` +
    'The layers are written out; training would untie them.';
  return { decoder: { ...shape, rows: { dtype: 'float32', shape: [shape.length, size], data } }, warning };
}
