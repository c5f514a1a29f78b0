import { ConfigError } from '@prefix-tuning/base';
import { parseOptions, renderTable, runCommand } from '@prefix-tuning/cli';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BenchReport, BenchSuite } from './suite.js';

/** The suites: a new one is a file in this folder and a row here. */
const suites: Readonly<Record<string, () => Promise<BenchSuite>>> = {
  datasets: () => import('./datasets.js'),
  jit: () => import('./jit.js'),
  metrics: () => import('./metrics.js'),
};

const usage = `usage: npm run bench -- [--suite NAME] [--out FILE]

  --suite NAME  one of ${Object.keys(suites).join(', ')}; all of them if not given
  --out FILE    write the reports there as JSON, too`;

await runCommand(async (args) => {
  const { suite, out } = parseOptions(args, { suite: { type: 'string' }, out: { type: 'string' } }, usage);
  if (suite !== undefined && !Object.hasOwn(suites, suite)) throw new ConfigError(`--suite: expected one of ${Object.keys(suites).join(', ')}, got ${suite}.\n\n${usage}`);
  const reports: BenchReport[] = [];
  for (const name of suite === undefined ? Object.keys(suites) : [suite]) {
    const report = await (await suites[name]!()).run();
    reports.push(report);
    process.stdout.write(`${report.suite} (${report.machine})\n${renderTable(['what', 'value', 'unit'], report.results.map(({ name: what, value, unit }) => [what, format(value), unit]))}\n\n`);
  }
  if (out === undefined) return;
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, `${JSON.stringify(reports, null, 2)}\n`);
});

function format(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}
