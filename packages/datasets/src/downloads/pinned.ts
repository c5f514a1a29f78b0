import type { Download } from '../define.js';

/** Downloads from files below one address that names a commit, with the SHA-256 of each. */
export function pinned(base: string, files: Readonly<Record<string, string>>): Download[] {
  return Object.entries(files).map(([file, sha256]) => ({ file, url: `${base}${file}`, sha256 }));
}
