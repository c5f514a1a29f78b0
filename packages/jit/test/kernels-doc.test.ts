/**
 * docs/kernels.md is made of the table of rules and their cases. When this fails, run it with `-u` and commit the file.
 */
import '@tensorflow/tfjs-backend-cpu';
import { getGradient } from '@tensorflow/tfjs-core';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rules, trace } from '../src/index.js';
import { differences } from './kernels/differences.js';
import { gradientInputs, groups } from './kernels/index.js';
import type { Case } from './kernels/case.js';

const FILE = join(import.meta.dirname, '../../../docs/kernels.md');
const cases = Object.values(groups).flat();

/** The operators in the graphs of a kernel's cases. */
function operators(own: readonly Case[]): string {
  const graphs = own.map(({ fn, inputs }) => trace((x) => [fn(...x)].flat(), inputs));
  const names = graphs.flatMap(({ nodes }) => nodes.map(({ op, domain }) => (domain ? `${domain}.${op}` : op)));
  return [...new Set(names)].sort().join(', ') || 'none: it costs nothing';
}

function row([kernel, rule]: [string, (typeof rules)[keyof typeof rules]]): string {
  if (typeof rule !== 'function') return `| ${kernel} | no | ${rule.unsupported} | |`;
  const own = cases.filter((c) => c.kernel === kernel);
  return `| ${kernel} | yes | ${operators(own)} | ${gradientOf(kernel, own)} |`;
}

/** Whether a gradient is tested, or why not. */
function gradientOf(kernel: string, own: readonly Case[]): string {
  if (own.some((c) => gradientInputs(c).length > 0)) return 'yes';
  if (!getGradient(kernel)) return 'no: TensorFlow.js has none';
  return own.find((c) => c.noGradient)?.noGradient ?? '';
}

test('docs/kernels.md is up to date', async () => {
  const entries = Object.entries(rules).sort(([a], [b]) => (a < b ? -1 : 1));
  const covered = entries.filter(([, rule]) => typeof rule === 'function').length;
  const text = [
    '# Kernels of TensorFlow.js that compile',
    '',
    `Made by \`packages/jit/test/kernels-doc.test.ts\`; do not edit. ${covered} of ${entries.length} kernels have a rule. Values of each are`,
    'tested against the cpu backend of TensorFlow.js; a gradient that is tested is held against that backend and against',
    'finite differences. The operators are those in the graphs of these tests; a kernel uses fewer where shapes allow.',
    '',
    '| kernel | compiles | ONNX operators, or why not | gradient tested |',
    '| --- | --- | --- | --- |',
    ...entries.map(row),
    '',
    '## NaN, infinities and the ends of int32',
    '',
    'Tested alike (`packages/jit/test/odd-numbers.test.ts`): a program has a NaN wherever the cpu backend has one, and the same',
    'infinities, but for the kernels below. The sign of a zero is not compared; sums and products that pass the range of float32',
    'on the way may end in infinities or NaN, as the cpu backend adds in float64. On a GPU nothing of this is promised.',
    '',
    '| kernels | in a program | cpu backend |',
    '| --- | --- | --- |',
    ...differences.map(({ kernels, program, cpu }) => `| ${kernels.join(', ')} | ${program} | ${cpu} |`),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(FILE);
});
