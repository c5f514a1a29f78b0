import { FileError, nodeModule } from '@prefix-tuning/base';
import type { DataFile } from './text.js';

const { readdir } = nodeModule('node:fs/promises');
const { join, relative, sep } = nodeModule('node:path');

/** The files below a folder, found by name. */
export interface DataFolder {
  readonly path: string;
  readonly files: readonly DataFile[];
  /**
   * The files that match a pattern, in natural order (`2triples` before `10triples`).
   *
   * `*` stands for anything within a name; the pattern matches from the end of the path, so `a.csv` finds
   * `a.csv` and `release/a.csv`; a file packed as `.gz` matches too, but only where the plain one is not there.
   */
  match(pattern: string): readonly DataFile[];
}

/**
 * Lists a folder with everything below it.
 *
 * @throws FileError  if the folder does not exist or cannot be read
 */
export async function openFolder(path: string): Promise<DataFolder> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new FileError(`${path}: expected a folder with data files, got ${error.code ?? error.message}. Check the path.`, {
      details: { folder: path },
      cause: error,
    });
  });
  const files = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: file, name: relative(path, file).split(sep).join('/') }))
    .sort((a, b) => naturalOrder.compare(a.name, b.name));
  return { path, files, match: (pattern) => matchFiles(files, pattern) };
}

/** A folder whose files lie in memory, by name. */
export function memoryFolder(contents: Readonly<Record<string, string | Uint8Array>>): DataFolder {
  const files = Object.entries(contents)
    .map(([name, content]) => ({ path: name, name, content: typeof content === 'string' ? new TextEncoder().encode(content) : content }))
    .sort((a, b) => naturalOrder.compare(a.name, b.name));
  return { path: 'memory', files, match: (pattern) => matchFiles(files, pattern) };
}

const naturalOrder = new Intl.Collator('en', { numeric: true });

function matchFiles(files: readonly DataFile[], pattern: string): DataFile[] {
  const plain = new RegExp(`(^|/)${pattern.split('*').map(escape).join('[^/]*')}$`);
  const found = files.filter(({ name }) => plain.test(name));
  const names = new Set(found.map(({ name }) => name));
  const packed = files.filter(({ name }) => name.endsWith('.gz') && plain.test(name.slice(0, -3)) && !names.has(name.slice(0, -3)));
  const all = [...found, ...packed].sort((a, b) => naturalOrder.compare(a.name, b.name));
  return pattern.includes('*') ? all : shallowest(all);
}

/** A name without a star means one file: of several, the one nearest to the top. */
function shallowest(files: DataFile[]): DataFile[] {
  const depth = ({ name }: DataFile) => name.split('/').length;
  return [...files].sort((a, b) => depth(a) - depth(b)).slice(0, 1);
}

function escape(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}
