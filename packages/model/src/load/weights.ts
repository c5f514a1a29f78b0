import { FileError, type OnProgress } from '@prefix-tuning/base';
import { storedTensor } from '@prefix-tuning/jit';
import { bytesPerElement, openSafetensors, toFloat32, viewBytes, WeightsError, type SafetensorsFile, type TensorEntry } from '@prefix-tuning/safetensors';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { dispose, findBackendFactory, registerBackend, tensor, type Tensor } from '@tensorflow/tfjs-core';
import type { Family, ModelConfig } from '../families/family.js';
import { readJson, type ModelFiles } from './files.js';

// The import alone registers it, but bundlers for Node drop one that nothing is taken from: its package.json names no side effects there.
if (!findBackendFactory('cpu')) registerBackend('cpu', () => new MathBackendCPU());

const single = 'model.safetensors';
const index = 'model.safetensors.index.json';
const pickles = ['pytorch_model.bin', 'pytorch_model.bin.index.json', 'model.pt', 'pytorch_model.pt'];

/**
 * A model's parameters, as 32-bit floats.
 *
 * Those of a file stay there until they are needed: programs map its pages where all tensors are float32, and decode
 * half floats tensor by tensor else. What is in memory already is put on the active TensorFlow.js backend.
 *
 * @throws WeightsError  naming every missing, unknown or misshapen tensor
 * @throws FileError  if the folder has no safetensors file; a pickle checkpoint is refused with the reason
 */
export async function loadParameters(
  files: ModelFiles,
  model: { family: Family; config: ModelConfig },
  onProgress?: OnProgress,
): Promise<Record<string, Tensor>> {
  const shards = await openShards(files);
  const parameters: Record<string, Tensor> = {};
  try {
    const shapes = model.family.parameterShapes(model.config);
    const { located, copies } = locate(shards, model.family, shapes);
    for (const shard of shards) await checkZeros(shard, model.family.zeroTensors ?? []);
    checkShapes(files.name, { located, shapes, config: model.config });
    for (const copy of copies) await checkCopy(copy, located.get(model.family.names.embedding)!);
    // A program takes large constants from files or from memory, not from both.
    const mapped = [...located.values()].every(({ entry }) => entry.dtype === 'F32');
    let done = 0;
    for (const [name, { shard, entry }] of located) {
      parameters[name] = await open(shard, entry, mapped);
      onProgress?.({ task: 'load weights', done: ++done, total: located.size, unit: 'tensors' });
    }
    return parameters;
  } catch (error) {
    dispose(parameters);
    throw error;
  } finally {
    await Promise.all(shards.map((shard) => shard.close()));
  }
}

async function open(shard: SafetensorsFile, { name, dtype, shape, begin }: TensorEntry, mapped: boolean): Promise<Tensor> {
  if (shard.path === undefined) return tensor(await shard.readFloat32(name), [...shape], 'float32');
  const encoding = { bytesPerElement: bytesPerElement(dtype), decode: (bytes: Uint8Array<ArrayBuffer>) => toFloat32(viewBytes({ dtype, shape }, bytes)) };
  return storedTensor({ path: shard.path, offset: begin }, shape, mapped ? undefined : encoding);
}

interface Located {
  readonly shard: SafetensorsFile;
  readonly entry: TensorEntry;
}

/**
 * Opens the files of a checkpoint's weights, one or several. The caller closes them.
 *
 * @throws FileError, WeightsError  as `loadParameters` does
 */
export async function openShards(files: ModelFiles): Promise<SafetensorsFile[]> {
  const whole = await files.open(single);
  if (whole) return [await openSafetensors(whole)];
  const listed = await readJson(files, index);
  if (!listed) throw await noWeights(files);
  const map = listed['weight_map'];
  const names = typeof map === 'object' && map !== null ? [...new Set(Object.values(map as Record<string, unknown>))] : [];
  if (names.length === 0 || !names.every((name): name is string => typeof name === 'string' && /^[\w.-]+\.safetensors$/.test(name))) {
    throw new WeightsError(`${files.name}/${index}: weight_map: expected names of safetensors files in this folder. Get the file again.`, {
      details: { file: `${files.name}/${index}`, field: 'weight_map' },
    });
  }
  const shards: SafetensorsFile[] = [];
  try {
    for (const name of names) {
      const source = await files.open(name);
      if (!source) throw new FileError(`${files.name}: expected ${name}, which ${index} lists, got a folder without it. Get it again.${files.ifMissing ?? ''}`, { details: { file: name } });
      shards.push(await openSafetensors(source));
    }
    return shards;
  } catch (error) {
    await Promise.all(shards.map((shard) => shard.close()));
    throw error;
  }
}

async function noWeights(files: ModelFiles): Promise<FileError> {
  for (const name of pickles) {
    if (!(await files.has(name))) continue;
    return new FileError(
      `${files.name}: expected ${single}, got ${name}. A pickle file can run any code when it is read, so it is not: convert it with ` +
        "Python (model.save_pretrained(folder), transformers 4.35 or newer) or take the checkpoint's safetensors revision.",
      { details: { folder: files.name, file: name } },
    );
  }
  return new FileError(`${files.name}: expected ${single} or ${index}, got a folder without them. Check the path, or get the model again.${files.ifMissing ?? ''}`, {
    details: { folder: files.name, file: single },
  });
}

type Shapes = Readonly<Record<string, readonly number[]>>;

function locate(shards: readonly SafetensorsFile[], { parameterName, names: { embedding, embeddingCopies } }: Family, shapes: Shapes) {
  const located = new Map<string, Located>();
  const copies: Located[] = [];
  for (const shard of shards) {
    for (const entry of shard.tensors.values()) {
      const name = parameterName(entry.name);
      if (embeddingCopies.test(entry.name) && (name === undefined || !Object.hasOwn(shapes, name))) copies.push({ shard, entry });
      else if (name !== undefined) add(located, name, { shard, entry });
    }
  }
  // Of tensors that are one in memory some writers keep only the first by name.
  if (!located.has(embedding) && copies.length > 0) located.set(embedding, copies.pop()!);
  return { located, copies };
}

function add(located: Map<string, Located>, name: string, found: Located): void {
  const other = located.get(name);
  if (other) {
    throw new WeightsError(`${found.shard.name}: expected one tensor for ${name}, got "${other.entry.name}" and "${found.entry.name}". Get the file again.`, {
      details: { file: found.shard.name, tensor: name },
    });
  }
  located.set(name, found);
}

/** Leaving a tensor out is right only if it adds nothing. */
async function checkZeros(shard: SafetensorsFile, names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (!shard.tensors.has(name) || (await shard.readFloat32(name)).every((value) => value === 0)) continue;
    throw new WeightsError(`${shard.name}: tensor "${name}": expected zeros, got other values, which this toolkit does not support. Choose another checkpoint.`, {
      details: { file: shard.name, tensor: name },
    });
  }
}

/** Leaving a copy of the embedding out is right only if it is one. transformers takes it as a matrix of its own where it is not. */
async function checkCopy({ shard, entry }: Located, embedding: Located): Promise<void> {
  const [own, shared] = [await shard.readFloat32(entry.name), await embedding.shard.readFloat32(embedding.entry.name)];
  if (own.length === shared.length && own.every((value, i) => value === shared[i])) return;
  throw new WeightsError(
    `${shard.name}: tensor "${entry.name}": expected what "${embedding.entry.name}" holds, as config.json ties them, got other values. ` +
      'Set tie_word_embeddings to false there if this is a decoder other than GPT-2, or choose another checkpoint.',
    { details: { file: shard.name, tensor: entry.name } },
  );
}

/** Compares what a checkpoint has with what its config asks for, and reports every difference at once. */
function checkShapes(where: string, { located, shapes, config }: { located: ReadonlyMap<string, Located>; shapes: Shapes; config: ModelConfig }): void {
  const missing = Object.keys(shapes).filter((name) => !located.has(name));
  const unknown = [...located.keys()].filter((name) => !Object.hasOwn(shapes, name));
  const misshapen = Object.entries(shapes).flatMap(([name, shape]) => {
    const found = located.get(name)?.entry.shape;
    return found && found.join() !== shape.join() ? [`${name}: expected [${shape.join(', ')}], got [${found.join(', ')}]`] : [];
  });
  if (missing.length + unknown.length + misshapen.length === 0) return;
  const list = (title: string, names: string[]) =>
    names.length === 0 ? [] : [`${title} ${names.slice(0, 5).join('; ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`];
  const problems = [...list('missing', missing), ...list('unknown', unknown), ...list('wrong shape', misshapen)].join('. ');
  const cure = config.raw['quantization_config']
    ? 'Its quantization_config says that they are quantised: choose the checkpoint in float32, float16 or bfloat16.'
    : 'Check that weights and config.json belong together.';
  throw new WeightsError(`${where}: expected the tensors that config.json describes: ${problems}. ${cure}`, {
    details: { file: where, missing, unknown, misshapen },
  });
}
