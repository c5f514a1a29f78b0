import type { Download } from '../define.js';

/** Downloads from files below one address that names a commit, with the SHA-256 of each, or the 40 digits of its Git id. */
export function pinned(base: string, files: Readonly<Record<string, string>>): Download[] {
  return Object.entries(files).map(([file, value]) => ({ file, url: `${base}${file}`, checksum: { kind: value.length === 40 ? 'git' : 'sha256', value } }));
}
