/**
 * Generation at GPT-2 small's shape beside what people use today, each in a process of its own, on the same prompts.
 *
 * 100 sources of E2E's dev set (PREFIX_TUNING_DATA; else random ids as long), 40 new tokens, random weights, no end token.
 * Beam search of width 5 against Hugging Face's `generate`, greedy against transformers.js: both need the Python of
 * PREFIX_TUNING_PYTHON (default python3), the second for its ONNX export, in float32 and in eight bits. In batches of 10, and in larger ones: ours of its
 * own choice, the others' of 50 and 100; and one prompt alone, from the start of a process to its end. That all give the same tokens is part of the report. On a busy machine take the ratios of processor time, with PREFIX_TUNING_BENCH_THREADS=1, and fewer prompts
 * with PREFIX_TUNING_BENCH_PROMPTS.
 */
import { createRng } from '@prefix-tuning/base';
import { loadDataset } from '@prefix-tuning/datasets';
import { families, loadTokenizer } from '@prefix-tuning/model';
import { writeSafetensors } from '@prefix-tuning/safetensors';
import { execFile, spawn, type ExecFileException } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { machine } from '../machine.js';
import type { BenchReport, BenchResult } from '../suite.js';
import type { GenerateJob, GenerateReport } from './job.js';

const raw = { architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', n_layer: 12, n_embd: 768, n_head: 12, vocab_size: 50257, n_positions: 1024, bos_token_id: 50256, eos_token_id: 50256 };
const PROMPTS = Number(process.env.PREFIX_TUNING_BENCH_PROMPTS ?? 100);
const THREADS = Number(process.env.PREFIX_TUNING_BENCH_THREADS ?? cpus().length);
const python = process.env.PREFIX_TUNING_PYTHON ?? 'python3';
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export async function run(): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-generate-'));
  try {
    await writeModel(folder);
    const job: Job = { folder, prompts: await prompts(), beams: 5, newTokens: 40, threads: THREADS };
    return { suite: 'generate', machine: `${machine()}, ${THREADS} threads, ${PROMPTS} prompts`, results: await measure(job) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Job = Omit<GenerateJob, 'batch'>;

async function measure(job: Job): Promise<BenchResult[]> {
  const node = (script: string) => [process.execPath, ...process.execArgv, at(script)];
  const transformers = (await succeeds(python, ['-c', 'import torch, transformers'])) ? [python, at('hf_generate.py')] : undefined;
  const beam5 = await race('beam5', job, { ours: node('ours.ts'), theirs: transformers, name: 'transformers', batches: [10, 50] });
  const exported = await succeeds(python, [at('../../onnx/export_gpt2.py'), job.folder]);
  const quantised = exported && (await succeeds(python, [at('../../onnx/quantise.py'), job.folder]));
  const transformersJs = exported ? node('transformersjs.ts') : undefined;
  return [...beam5, ...(await race('greedy', { ...job, beams: 1 }, { ours: node('ours.ts'), theirs: transformersJs, name: 'transformersjs', batches: [10, 100], quantised }))];
}

interface Contestants {
  readonly ours: readonly string[];
  readonly theirs: readonly string[] | undefined;
  readonly name: string;
  /** Prompts at a time: what both get, and a larger number for them, beside which ours chooses. */
  readonly batches: readonly [number, number];
  /** Whether they have eight bits too. */
  readonly quantised?: boolean;
}

async function race(search: string, job: Job, { ours, theirs, name, batches: [both, larger], quantised }: Contestants): Promise<BenchResult[]> {
  const [equal, own] = [await contestant(ours, { ...job, batch: both }), await contestant(ours, job)];
  const eightBits = await contestant(ours, { ...job, eightBits: true });
  const results = [
    ...figures(`${search}, batches of ${both}`, equal, job),
    ...figures(`${search}, batches of its choice`, own, job),
    ...figures(`${search}, frozen weights in eight bits`, eightBits, job),
    ...ratios(`${search}, eight bits vs float32`, own, eightBits),
  ];
  if (!theirs) return results;
  results.push(...(await firstText(search, job, { ours, theirs, name })));
  for (const batch of [both, larger]) {
    const report = await contestant(theirs, { ...job, batch });
    results.push(...figures(`${search}, ${name}, batches of ${batch}`, report, job));
    if (batch === both) results.push(...ratios(`${search}-vs-${name}, both in batches of ${both}`, report, equal));
    results.push(...ratios(`${search}-vs-${name}${batch === both ? '' : `, its batches of ${batch}`}`, report, own));
    if (batch === both) results.push(...ratios(`${search}-vs-${name}, frozen weights in eight bits`, report, eightBits));
  }
  if (quantised) {
    const report = await contestant(theirs, { ...job, batch: larger, eightBits: true });
    results.push(...figures(`${search}, ${name} in eight bits, batches of ${larger}`, report, job));
    results.push(...ratios(`${search}-vs-${name}, both in eight bits, its batches of ${larger}`, report, eightBits));
  }
  return results;
}

/** What who wants one text waits for: starting, loading, compiling and writing. */
async function firstText(search: string, job: Job, { ours, theirs, name }: Pick<Contestants, 'ours' | 'name'> & { readonly theirs: readonly string[] }): Promise<BenchResult[]> {
  const one: GenerateJob = { ...job, prompts: job.prompts.slice(0, 1), batch: 1, once: true };
  const timed = async (command: readonly string[]) => {
    const started = performance.now();
    const report = await contestant(command, one);
    return { ...report, seconds: (performance.now() - started) / 1000 };
  };
  const [own, other] = [await timed(ours), await timed(theirs)];
  return [
    { name: `first text, ${search}`, value: own.seconds, unit: 's' },
    { name: `first text, ${search}, ${name}`, value: other.seconds, unit: 's' },
    ...ratios(`first-text-vs-${name}, ${search}`, other, own).filter((result) => !result.name.endsWith('processor time')),
  ];
}

const figures = (name: string, { seconds, firstSeconds, peak }: GenerateReport, { prompts }: Job): BenchResult[] => [
  { name: `${name}: sentences`, value: prompts.length / seconds, unit: 'per s' },
  { name: `${name}: first batch`, value: firstSeconds, unit: 's' },
  { name: `${name}: peak memory`, value: peak / 1e9, unit: 'GB' },
];

/** Equal tokens are the condition of a comparison; random weights leave near ties, so that a few prompts may differ. */
function ratios(name: string, theirs: GenerateReport, ours: GenerateReport): BenchResult[] {
  const equal = theirs.tokens.filter((row, i) => row.join() === ours.tokens[i]!.join()).length;
  return [
    { name, value: theirs.seconds / ours.seconds, unit: 'times as fast' },
    { name: `${name}, processor time`, value: theirs.processor / ours.processor, unit: 'times as fast' },
    { name: `${name}: equal outputs`, value: equal / ours.tokens.length, unit: 'of prompts' },
  ];
}

/** Runs a contestant on a job. Throws what it printed as its errors if it fails. */
async function contestant([command, ...args]: readonly string[], job: GenerateJob): Promise<GenerateReport> {
  const child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify(job));
  const [out, errors] = [child.stdout, child.stderr].map(async (stream) => (await stream.toArray()).join(''));
  const code = await new Promise((done) => child.on('close', done));
  if (code !== 0) throw new Error(`${args.at(-1)}: exit code ${String(code)}\n${await errors!}`);
  return JSON.parse(await out!) as GenerateReport;
}

const succeeds = (command: string, args: readonly string[]): Promise<boolean> =>
  promisify(execFile)(command, args).then(
    () => true,
    (error: ExecFileException) => {
      if (error.code === 'ENOENT' || error.code === 1) return false;
      throw error;
    },
  );

/** Cheap noise, a deviation of about 0.05: the outputs then are not all one token. */
async function writeModel(folder: string): Promise<void> {
  const family = families.gpt2;
  let state = 12345;
  const noise = (size: number): Float32Array<ArrayBuffer> => {
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = ((state = (Math.imul(state, 1664525) + 1013904223) | 0) / 2 ** 31) * 0.09;
    return values;
  };
  const shapes = Object.entries(family.parameterShapes(family.parseConfig(raw, 'bench')));
  await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(shapes.map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = () => (name.includes('ln_') && name.endsWith('weight') ? new Float32Array(size).fill(1) : noise(size));
    return [name, { dtype: 'F32', shape, data }];
  })));
  await writeFile(join(folder, 'config.json'), JSON.stringify(raw));
}

async function prompts(): Promise<number[][]> {
  const data = process.env.PREFIX_TUNING_DATA;
  if (data === undefined) {
    const rng = createRng(1);
    return Array.from({ length: PROMPTS }, () => Array.from({ length: 17 + rng.integer(29) }, () => rng.integer(raw.vocab_size)));
  }
  const tokenizer = await loadTokenizer(join(data, 'gpt2'));
  const { dev } = await loadDataset('e2e', { folder: join(data, 'e2e') });
  const sources = new Set<string>();
  for await (const { source } of dev) sources.add(source);
  return [...sources].slice(0, PROMPTS).map((source) => tokenizer.encode(source));
}
