import { ConfigError } from '@prefix-tuning/base';
import { parseOptions, renderTable, runCommand } from '@prefix-tuning/cli';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BenchSuite } from './suite.js';

/** The suites: a new one is a file in this folder and a row here. */
const suites: Readonly<Record<string, () => Promise<BenchSuite>>> = {
  datasets: () => import('./datasets.js'),
  generate: () => import('./generate/index.js'),
  jit: () => import('./jit/index.js'),
  metrics: () => import('./metrics.js'),
  prefix: () => import('./prefix.js'),
  train: () => import('./train.js'),
};

const usage = `usage: npm run bench -- [--suite NAME] [--out DIR]

  --suite NAME  one of ${Object.keys(suites).join(', ')}; all of them if not given
  --out DIR     where <suite>.json is written; bench-results unless given`;

await runCommand(async (args) => {
  const text = { type: 'string' } as const;
  const { suite, out = 'bench-results' } = parseOptions(args, { suite: text, out: text }, usage);
  if (suite !== undefined && !Object.hasOwn(suites, suite)) throw new ConfigError(`--suite: expected one of ${Object.keys(suites).join(', ')}, got ${suite}.\n\n${usage}`);
  await mkdir(out, { recursive: true });
  for (const name of suite === undefined ? Object.keys(suites) : [suite]) {
    const report = await (await suites[name]!()).run();
    const rows = report.results.map(({ name: what, value, unit }) => [what, format(value), unit]);
    process.stdout.write(`${report.suite} (${report.machine})\n${renderTable(['what', 'value', 'unit'], rows)}\n\n`);
    await writeFile(join(out, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  }
});

function format(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}
