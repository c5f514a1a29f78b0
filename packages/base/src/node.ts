import type * as ChildProcess from 'node:child_process';
import type * as Crypto from 'node:crypto';
import type * as Files from 'node:fs';
import type * as FileSystem from 'node:fs/promises';
import type * as Module from 'node:module';
import type * as OperatingSystem from 'node:os';
import type * as Path from 'node:path';
import type * as Stream from 'node:stream';
import type * as Timers from 'node:timers/promises';
import type * as Url from 'node:url';
import type * as Util from 'node:util';
import type * as Zlib from 'node:zlib';
import { FileError } from './errors.js';

/** What the toolkit uses of Node. */
interface NodeModules {
  'node:child_process': typeof ChildProcess;
  'node:crypto': typeof Crypto;
  'node:fs': typeof Files;
  'node:fs/promises': typeof FileSystem;
  'node:module': typeof Module;
  'node:os': typeof OperatingSystem;
  'node:path': typeof Path;
  'node:stream': typeof Stream;
  'node:timers/promises': typeof Timers;
  'node:url': typeof Url;
  'node:util': typeof Util;
  'node:zlib': typeof Zlib;
}

/**
 * A module of Node; looked up, not imported, since bundlers for browsers refuse imports that they cannot find.
 *
 * Elsewhere its functions are there all the same, and throw a FileError when they are called: a page may use the
 * functions of a package that need no Node.
 */
export function nodeModule<Name extends keyof NodeModules>(name: Name): NodeModules[Name] {
  const load = globalThis.process?.getBuiltinModule;
  return load ? (load(name) as NodeModules[Name]) : (new Proxy({}, { get: (_, member) => () => refuse(`${name}.${String(member)}`) }) as NodeModules[Name]);
}

function refuse(called: string): never {
  throw new FileError(`${called}: expected Node, got a browser. Files and processes are Node's: use functions that take and give bytes.`, { details: { called } });
}

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

/** What Windows answers while somebody, such as a virus scanner, has a file open. */
const inUse = ['EPERM', 'EACCES', 'EBUSY'];

/**
 * Renames a file or folder, over a file that is there.
 *
 * Windows refuses that while anybody has one of them open, as scanners and indexers have what was just written: there it is
 * tried again for a second.
 */
export async function moveFile(from: string, to: string): Promise<void> {
  const { rename } = fileSystem(from);
  for (let wait = 10; ; wait *= 2) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (process.platform !== 'win32' || wait > 1000 || !inUse.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await nodeModule('node:timers/promises').setTimeout(wait);
    }
  }
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
