import { openSafetensors, writeFileAtomically, writeSafetensors } from '@prefix-tuning/safetensors';
import { PrefixFileError } from '../errors.js';
import type { FoldedPrefix } from '../fold.js';
import { positionSize } from '../spec.js';
import { parsePeftConfig, peftConfig, type PeftConfig } from './config.js';

const configFile = 'adapter_config.json';
const weightsFile = 'adapter_model.safetensors';
const tensorName = 'prompt_embeddings';

/** Where a folder's files come from: a path (Node only), or their contents by name (anywhere). */
export type FolderSource = string | Readonly<Record<string, Uint8Array>>;

/**
 * Saves a prefix as a folder that PEFT's `PeftModel.from_pretrained` loads (Node only). Each file is written whole or
 * not at all.
 *
 * @param options.baseModel  name or path of the model that the prefix belongs to; PEFT looks it up
 * @throws FileError  if the folder cannot be written
 */
export async function savePrefix(folder: string, prefix: FoldedPrefix, options: { baseModel?: string } = {}): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  await mkdir(folder, { recursive: true });
  const config = peftConfig(prefix, options);
  await writeSafetensors(`${folder}/${weightsFile}`, { [tensorName]: { ...prefix.rows, dtype: 'F32', data: prefix.rows.data as Float32Array<ArrayBuffer> } });
  await writeFileAtomically(`${folder}/${configFile}`, [() => new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`)]);
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
  const config = parsePeftConfig(new TextDecoder().decode(await readFile(source, configFile)), nameOf(source, configFile));
  if (config.num_transformer_submodules !== 1) {
    throw new PrefixFileError(
      `${nameOf(source, configFile)}: expected a prefix for a decoder (num_transformer_submodules 1), got ${config.num_transformer_submodules}. ` +
        'Load it with loadTiedPrefix.',
      { details: { file: nameOf(source, configFile), field: 'num_transformer_submodules' } },
    );
  }
  const shape = {
    layers: config.num_layers,
    heads: config.num_attention_heads,
    headDim: config.token_dim / config.num_attention_heads,
    length: config.num_virtual_tokens,
  };
  const data = await readRows(source, [shape.length, positionSize(shape)]);
  const rows = { dtype: 'float32', shape: [shape.length, positionSize(shape)], data } as const;
  return { ...shape, rows, baseModel: config.base_model_name_or_path ?? undefined, frozenLength: frozenLength(config) };
}

const frozenLength = (config: PeftConfig): number => (config.peft_type === 'CARTRIDGE' ? (config.num_frozen_tokens ?? 0) : 0);

async function readRows(source: FolderSource, expected: readonly number[]): Promise<Float32Array> {
  const file = nameOf(source, weightsFile);
  const weights = await openSafetensors(typeof source === 'string' ? file : await readFile(source, weightsFile));
  try {
    const entry = weights.tensors.get(tensorName);
    if (!entry || entry.shape.join() !== expected.join()) {
      const got = entry ? `[${entry.shape.join(', ')}]` : `only ${[...weights.tensors.keys()].join(', ')}`;
      throw new PrefixFileError(`${file}: expected a tensor ${tensorName} [${expected.join(', ')}], got ${got}. Check that both files are of one adapter.`, {
        details: { file, tensor: tensorName, expected, got: entry?.shape },
      });
    }
    return await weights.readFloat32(tensorName);
  } finally {
    await weights.close();
  }
}

const nameOf = (source: FolderSource, file: string): string => (typeof source === 'string' ? `${source}/${file}` : file);

async function readFile(source: FolderSource, file: string): Promise<Uint8Array> {
  const missing = (cause?: unknown) =>
    new PrefixFileError(`${nameOf(source, file)}: expected the file of a saved prefix, got none. Save it with savePrefix, or with PEFT as safetensors.`, {
      details: { file: nameOf(source, file) },
      cause,
    });
  if (typeof source !== 'string') {
    const bytes = source[file];
    if (!bytes) throw missing();
    return bytes;
  }
  const { readFile: read } = await import('node:fs/promises');
  return read(`${source}/${file}`).catch((cause: unknown) => {
    throw missing(cause);
  });
}
