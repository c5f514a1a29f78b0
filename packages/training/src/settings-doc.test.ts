import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hyperparameterDefaults } from './index.js';

const read = (file: string) => readFileSync(fileURLToPath(new URL(file, import.meta.url)), 'utf8');

/** A table of an interface's fields, from its docstrings. */
function tableOf(file: string, name: string, defaults: Readonly<Record<string, unknown>> = {}): string {
  const body = read(file).split(`export interface ${name} {`)[1]!.split('\n}')[0]!;
  const rows = [...body.matchAll(/\/\*\*(.*?)\*\/\s+readonly (\w+)(\??)/gs)].map(([, doc, field, optional]) => {
    const text = doc!.replace(/\s*\n\s*\* ?/g, ' ').replace(/\{@link ([^}]*)\}/g, '`$1`').trim();
    const value = field! in defaults ? `\`${String(defaults[field!])}\`` : optional ? '' : 'required';
    return `| \`${field}\` | ${value} | ${text} |`;
  });
  return rows.join('\n');
}

test.each([
  ['./loop/train.ts', 'TrainOptions', {}],
  ['./run/run.ts', "RunOptions extends Omit<TrainOptions, 'resume'>", {}],
  ['./loop/hyperparameters.ts', 'Hyperparameters', hyperparameterDefaults],
  ['./loop/validation.ts', 'Validation', {}],
  ['./batches/batch.ts', 'CollateOptions', {}],
] as const)('every setting of %s stands in the README as its docstring has it', (file, name, defaults) => {
  expect(read('../README.md')).toContain(tableOf(file, name, defaults));
});
