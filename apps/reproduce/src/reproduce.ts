import { ConfigError } from '@prefix-tuning/base';
import { formatDuration, parseOptions, progressView, renderTable } from '@prefix-tuning/cli';
import { miniModelFolder } from '@prefix-tuning/mini-models';
import { disposeModel, loadModel, type Model } from '@prefix-tuning/model';
import { env } from '@tensorflow/tfjs-core';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readResult, runFolder, writeResult, writeText } from './cache.js';
import { loadE2e, type E2eData } from './data.js';
import { e2eCells, tableToTextDecoding, type Cell } from './recipe.js';
import { describeMachine } from './report/machine.js';
import { markdownTable, tableRows, type Reproduction } from './report/table.js';
import { htmlReport } from './report/html.js';
import { runCell, type RunResult } from './run.js';
import { scoreE2e } from './score.js';

const usage = `reproduce [--data DIR] [--model DIR] [--out DIR] [--steps N] [--test N] [--seed N]

  --data DIR   folder with the E2E challenge's files; mini data that this project writes unless given
  --model DIR  a GPT-2 folder (config.json, model.safetensors, tokenizer.json); the shipped mini-gpt2 unless given
  --out DIR    where runs and report go; reproduction unless given
  --steps N    training steps of every method
  --test N     decode only the first N tables of the test set
  --seed N     decides every run; 1 unless given`;

interface Options {
  readonly data: string | undefined;
  readonly model: string;
  readonly out: string;
  readonly steps: number | undefined;
  readonly test: number | undefined;
  readonly seed: number;
}

function readOptions(args: string[]): Options {
  const text = { type: 'string' } as const;
  const given = parseOptions(args, { data: text, model: text, out: text, steps: text, test: text, seed: text }, usage);
  const whole = (name: 'steps' | 'test' | 'seed', least: number) => {
    const value = given[name];
    if (value === undefined) return undefined;
    if (!/^\d+$/.test(value) || Number(value) < least) {
      throw new ConfigError(`--${name}: expected a whole number of at least ${least}, got ${value}.\n\n${usage}`);
    }
    return Number(value);
  };
  return {
    data: given.data && resolve(given.data),
    model: given.model ? resolve(given.model) : miniModelFolder('mini-gpt2'),
    out: resolve(given.out ?? 'reproduction'),
    steps: whole('steps', 1),
    test: whole('test', 1),
    seed: whole('seed', 0) ?? 1,
  };
}

/** `npm run reproduce`: trains, decodes and scores each cell, then prints the table and writes the report. */
export async function reproduce(args: string[]): Promise<void> {
  const options = readOptions(args);
  // TensorFlow.js greets Node users with an advertisement on first use.
  env().set('PROD', true);
  const started = performance.now();
  const data = await loadE2e(options.data, join(options.out, 'data'));
  const model = await loadModel(options.model);
  try {
    const cells = e2eCells.map((cell) => withSteps(cell, options.steps));
    const results = await runCells(cells, { options, data, model });
    const test = data.test.slice(0, options.test);
    const reproduction: Reproduction = {
      cells: cells.map((cell, i) => ({ cell, result: results[i]!, scores: scoreE2e(results[i]!.outputs, test) })),
      data: { origin: data.origin, pairs: data.train.length, tables: test.length },
      test,
      model: { folder: options.model, config: model.config },
      seed: options.seed,
      command: `npm run reproduce${args.length ? ` -- ${args.join(' ')}` : ''}`,
      machine: describeMachine(),
    };
    await writeReport(reproduction, options.out);
    console.log(`\n${describe(reproduction)}\n`);
    console.log(renderTable(...tableRows(reproduction)));
    console.log(`\nReport: ${join(options.out, 'report', 'index.html')}  (${formatDuration((performance.now() - started) / 1000)})`);
  } finally {
    disposeModel(model);
  }
}

const withSteps = (cell: Cell, steps: number | undefined): Cell =>
  steps === undefined ? cell : { ...cell, hyperparameters: { ...cell.hyperparameters, steps } };

const describe = ({ data, model }: Reproduction) =>
  `E2E (${data.origin === 'mini' ? 'mini data made by this project' : data.origin}): ${data.pairs} training pairs, ${data.tables} test tables. Model: ${model.folder}.\n` +
  "The paper's numbers are GPT-2 medium on the whole of E2E: shown for comparison, not as a target at this scale.";

async function runCells(cells: readonly Cell[], { options, data, model }: { options: Options; data: E2eData; model: Model }): Promise<RunResult[]> {
  const modelHash = createHash('sha256').update(await readFile(join(options.model, 'model.safetensors'))).digest('hex');
  const view = progressView();
  const decoding = tableToTextDecoding;
  const results: RunResult[] = [];
  for (const cell of cells) {
    const folder = runFolder(options.out, cell.id, { cell, decoding, data: data.hash, model: modelHash, seed: options.seed, test: options.test });
    const cached = await readResult(folder);
    if (cached) console.error(`${cell.title}: unchanged, taken from ${folder}`);
    const input = { model, train: data.train, test: data.test.slice(0, options.test), decoding, seed: options.seed, onProgress: view.report };
    const result = cached ?? (await runCell(cell, input, join(folder, 'trained')));
    if (!cached) await writeResult(folder, result);
    results.push(result);
  }
  view.finish();
  return results;
}

async function writeReport(reproduction: Reproduction, out: string): Promise<void> {
  const folder = join(out, 'report');
  await mkdir(folder, { recursive: true });
  await writeText(join(folder, 'report.json'), `${JSON.stringify(reproduction, null, 2)}\n`);
  await writeText(join(folder, 'report.md'), markdownTable(reproduction));
  await writeText(join(folder, 'index.html'), await htmlReport(reproduction));
}
