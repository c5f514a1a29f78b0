/**
 * Deals the parts of DART and XSUM that are at hand into a private train, dev and test split, in the forms that the
 * datasets package reads. DART: its dev set, 80/10/10 by triple set. XSUM: articles with their original summaries,
 * most of them from the official test set, 1,931/100/300. Results on such splits are not results on DART or XSUM.
 *
 *   node --conditions=prefix-tuning-source --import tsx tools/private-splits.ts --data DIR --out DIR
 */
import { ConfigError, createRng } from '@prefix-tuning/base';
import { parseOptions, runCommand } from '@prefix-tuning/cli';
import { writeFileAtomically } from '@prefix-tuning/safetensors';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const usage = 'private-splits --data DIR --out DIR';

await runCommand(async (args) => {
  const text = { type: 'string' } as const;
  const { data, out } = parseOptions(args, { data: text, out: text }, usage);
  if (!data || !out) throw new ConfigError(`expected --data and --out.\n\n${usage}`);
  const dart = JSON.parse(await unpacked(join(data, 'dart/dart-v1.1.1-full-dev.json.gz'))) as unknown[];
  const tenth = Math.floor(dart.length / 10);
  for (const [split, entries] of deal(dart, { dev: tenth, test: tenth })) await write(join(out, `dart/dart-v1.1.1-full-${split}.json`), JSON.stringify(entries));
  const lines = (await unpacked(join(data, 'xsum/xsum-pairs.jsonl.gz'))).trim().split('\n').map((line) => JSON.parse(line) as XsumRow);
  const clean = lines.filter(({ summary_form }) => summary_form === 'original').map(({ id, document, summary }, n) => ({ id: id ?? `row-${n}`, document, summary }));
  const hubName = { train: 'train', dev: 'validation', test: 'test' };
  for (const [split, rows] of deal(clean, { dev: 100, test: 300 })) await write(join(out, `xsum/${hubName[split]}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});

interface XsumRow {
  readonly id: string | null;
  readonly document: string;
  readonly summary: string | null;
  readonly summary_form: string | null;
}

async function unpacked(file: string): Promise<string> {
  return gunzipSync(await readFile(file)).toString('utf8');
}

/** The same split on every machine: test first, then dev, the rest for training. */
function deal<T>(items: readonly T[], { dev, test }: { dev: number; test: number }) {
  const shuffled = createRng('private split').shuffle(items);
  return [
    ['test', shuffled.slice(0, test)],
    ['dev', shuffled.slice(test, test + dev)],
    ['train', shuffled.slice(test + dev)],
  ] as const;
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFileAtomically(file, [() => new TextEncoder().encode(text)]);
  process.stderr.write(`${file}\n`);
}
