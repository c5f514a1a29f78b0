import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('the example in the README runs and prints what it says', async () => {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(await readFile(at('../README.md'), 'utf8'))!;
  const file = at(`.readme-example-${process.pid}.ts`);
  const folder = await mkdtemp(join(tmpdir(), 'readme-'));
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    const saved = JSON.stringify(join(folder, 'my-prefix'));
    await writeFile(file, code!.replaceAll("'@prefix-tuning/prefix'", "'../src/index.js'").replaceAll("'my-prefix'", saved));
    await import(/* @vite-ignore */ file);
    expect(log.mock.calls).toEqual([[2, 5 * 2 * 2 * 32, 5]]);
  } finally {
    log.mockRestore();
    await Promise.all([rm(file), rm(folder, { recursive: true })]);
  }
});
