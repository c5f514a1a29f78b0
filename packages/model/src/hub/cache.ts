import { FileError, makeFolder, moveFile, nodeModule } from '@prefix-tuning/base';
import { writeFileAtomically } from '@prefix-tuning/safetensors';

const { copyFile, link, readFile, stat, symlink } = nodeModule('node:fs/promises');
const { dirname, join, relative } = nodeModule('node:path');

/**
 * One model's part of the cache folder, in the layout that Python's huggingface_hub shares:
 *
 *   models--org--name/blobs/<etag>                the bytes
 *   models--org--name/snapshots/<commit>/<file>   link to a blob
 *   models--org--name/refs/<revision>             the commit that a branch or tag stood for
 *   models--org--name/.no_exist/<commit>/<file>   the commit has no such file
 */
export interface RepoCache {
  /** Where a blob is, or will be. */
  blob(etag: string): string;
  /** Path of a commit's file, if it is there. */
  find(commit: string, file: string): Promise<string | undefined>;
  /** Makes a blob a commit's file. */
  link(etag: string, commit: string, file: string): Promise<string>;
  isAbsent(commit: string, file: string): Promise<boolean>;
  markAbsent(commit: string, file: string): Promise<void>;
  readRef(revision: string): Promise<string | undefined>;
  writeRef(revision: string, commit: string): Promise<void>;
}

export function repoCache(cache: string, repo: string): RepoCache {
  const root = join(cache, ['models', ...repo.split('/')].join('--'));
  const blob = (etag: string) => join(root, 'blobs', etag);
  const snapshot = (commit: string, file: string) => join(root, 'snapshots', commit, file);
  const absent = (commit: string, file: string) => join(root, '.no_exist', commit, file);
  const ref = (revision: string) => join(root, 'refs', revision);
  const exists = async (path: string) => (await stat(path).catch(() => undefined)) !== undefined;
  return {
    blob,
    find: async (commit, file) => ((await exists(snapshot(commit, file))) ? snapshot(commit, file) : undefined),
    link: async (etag, commit, file) => {
      const path = snapshot(commit, file);
      await makeFolder(dirname(path));
      await linkTo(blob(etag), path).catch((cause: Error) => {
        throw new FileError(`${path}: expected to write the link, got ${cause.message}. Check the folder, its permissions and the free space.`, { details: { file: path }, cause });
      });
      return path;
    },
    isAbsent: (commit, file) => exists(absent(commit, file)),
    markAbsent: async (commit, file) => {
      await makeFolder(dirname(absent(commit, file)));
      await writeFileAtomically(absent(commit, file), []);
    },
    readRef: async (revision) => (await readFile(ref(revision), 'utf8').catch(() => undefined))?.trim(),
    writeRef: async (revision, commit) => {
      await makeFolder(dirname(ref(revision)));
      await writeFileAtomically(ref(revision), [() => new TextEncoder().encode(commit)]);
    },
  };
}

/** A relative link, so that the cache can be moved; where such links are not allowed (Windows without developer mode), another name of the same bytes, or a copy. */
async function linkTo(blob: string, path: string): Promise<void> {
  try {
    await symlink(relative(dirname(path), blob), path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'EPERM' && code !== 'ENOSYS') throw error;
    await link(blob, path).catch(async () => {
      await copyFile(blob, `${path}.partial`);
      await moveFile(`${path}.partial`, path);
    });
  }
}
