import { FileError, fileSystem, moveFile, PrefixTuningError } from '@prefix-tuning/base';
import { layOut, type TensorInput, type WriteOptions } from './serialize.js';

/**
 * Writes a safetensors file, whole or not at all (Node only).
 *
 * @throws ShapeError  if a tensor's data does not fit its shape
 * @throws ConfigError  for an option that does not exist
 * @throws FileError  if the file cannot be written; what was there before is still there
 */
export async function writeSafetensors(path: string, tensors: Readonly<Record<string, TensorInput>>, options: WriteOptions = {}): Promise<void> {
  const { header, chunks } = layOut(tensors, options);
  await writeFileAtomically(path, [() => header, ...chunks]);
}

/**
 * Writes a file beside its final place, flushes it to the disk, then renames it; on failure the part written is removed.
 *
 * @param chunks  functions that give the content piece by piece, so that only one piece need be in memory
 * @throws FileError  if the file cannot be written; what was there before is still there
 */
export async function writeFileAtomically(path: string, chunks: readonly (() => Uint8Array)[]): Promise<void> {
  const { open, rm } = fileSystem(path);
  const partial = `${path}.${crypto.randomUUID().slice(0, 8)}.partial`;
  try {
    const handle = await open(partial, 'wx');
    try {
      for (const chunk of chunks) await handle.writeFile(chunk());
      await handle.sync();
    } finally {
      await handle.close();
    }
    await moveFile(partial, path);
    await syncFolder(process.getBuiltinModule('node:path').dirname(path));
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => {});
    if (cause instanceof PrefixTuningError) throw cause;
    throw new FileError(`${path}: expected to write the file, got ${(cause as Error).message}. Check the folder, its permissions and the free space.`, {
      details: { file: path },
      cause,
    });
  }
}

/** Makes a rename survive a loss of power. Some systems (Windows) have no such call: there it is left to them. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fileSystem(folder).open(folder).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
