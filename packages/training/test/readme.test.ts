import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('the example in the README trains, saves and generates', async () => {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(await readFile(at('../README.md'), 'utf8'))!;
  const file = at(`.readme-example-${process.pid}.ts`);
  const folder = await mkdtemp(join(tmpdir(), 'readme-'));
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    const given = { "'@prefix-tuning/training'": "'../src/index.js'", "'path/to/gpt2'": JSON.stringify(at('../../model/test/fixtures/gpt2')), "'my-prefix'": JSON.stringify(join(folder, 'my-prefix')) };
    await writeFile(file, Object.entries(given).reduce((text, [from, to]) => text.replaceAll(from, to), code!));
    await import(/* @vite-ignore */ file);
    const steps = log.mock.calls.slice(0, 5) as [number, number][];
    expect(steps.map(([step]) => step)).toEqual([1, 2, 3, 4, 5]);
    expect(steps[4]![1]).toBeLessThan(steps[0]![1]);
    expect(log.mock.calls[5]).toEqual([expect.any(String)]);
    expect((await readdir(join(folder, 'my-prefix'))).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  } finally {
    log.mockRestore();
    await Promise.all([rm(file), rm(folder, { recursive: true })]);
  }
});
