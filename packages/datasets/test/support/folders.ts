import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A folder with these files (name to content), removed when the test is over. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'datasets-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

const beside = join(dirname(fileURLToPath(import.meta.url)), '../../../../../shared/data');

/** Folder with the published files (`e2e`, `webnlg`, `dart`, `xsum`), or undefined where they are not at hand. */
export const realData: string | undefined = [process.env.PREFIX_TUNING_DATA, beside].find((path) => path && existsSync(join(path, 'e2e')));
