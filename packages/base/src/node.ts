import type * as FileSystem from 'node:fs/promises';
import { FileError } from './errors.js';

/**
 * Node's file system; not imported, since bundlers for browsers refuse what they cannot find.
 *
 * @param path  what is to be read or written, for the message
 * @throws FileError  outside Node
 */
export function fileSystem(path: string): typeof FileSystem {
  const load = globalThis.process?.getBuiltinModule;
  if (load) return load('node:fs/promises');
  throw new FileError(`${path}: expected Node, where paths can be opened, got a browser. Give the file's bytes or a Blob.`, { details: { file: path } });
}

/**
 * Makes a folder and those that it stands in.
 *
 * @throws FileError  if the folder is not there and cannot be made
 */
export async function makeFolder(path: string): Promise<void> {
  await makeWithParents(path, fileSystem(path)).catch((cause: Error) => {
    throw new FileError(`${path}: expected to make the folder, got ${cause.message}. Check its path, its permissions and the free space.`, { details: { file: path }, cause });
  });
}

/** Not with `recursive: true`, which never ends where a folder takes no others and says that it is missing, as /proc does. */
async function makeWithParents(path: string, node: typeof FileSystem): Promise<void> {
  const find = (place: string) => node.stat(place).catch(() => undefined);
  const parent = process.getBuiltinModule('node:path').dirname(path);
  if (parent !== path && !(await find(parent))) await makeWithParents(parent, node);
  await node.mkdir(path).catch(async (error: Error) => {
    if (!(await find(path))?.isDirectory()) throw error;
  });
}
