/**
 * How fast the metrics score a test set of DART's size: 5,097 outputs, 3 references each.
 *
 * References are DART's own if PREFIX_TUNING_DATA is set, else made-up ones as long; outputs are first references with
 * words changed. The reference implementations run beside ours where they are there: rouge-score with the Python in
 * PREFIX_TUNING_PYTHON (default python3), tercom and METEOR with Java and their jars in TERCOM_JAR and METEOR_JAR.
 * Ours and rouge-score are timed by their process's processor time, which other work on the machine does not lengthen.
 * With Java whole processes are compared, in the first run that each makes: start, reading tables, scoring. Once by wall
 * time, where Java compiles on other cores while it scores, and once by processor time on all cores.
 */
import { createRng, type Rng } from '@prefix-tuning/base';
import { bleu, cider, loadMeteorData, meteor, nist, rouge, ter, type Segments } from '@prefix-tuning/metrics';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { machine } from './machine.js';
import { neuralRows } from './metrics-neural.js';
import type { BenchReport, BenchResult } from './suite.js';

const SEGMENTS = 5097;

export async function run(): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-metrics-'));
  try {
    return { suite: 'metrics', machine: machine(), results: await measureAll(await dartSized(), folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureAll(segments: Segments, folder: string): Promise<BenchResult[]> {
  const first: Segments = { ...segments, references: segments.references.map((list) => list.slice(0, 1)) };
  const filled: Segments = { ...segments, references: segments.references.map((list) => list.filter(Boolean)) };
  const start = timeProgram(process.execPath, ['--eval', '']);
  const before = clock();
  const data = await loadMeteorData(process.env.METEOR_JAR ? { folder: dirname(process.env.METEOR_JAR) } : {});
  const load = add(since(before), start!);
  const ours = {
    bleu: time(() => bleu({ ...segments, style: 'multi-bleu' })),
    rouge: time(() => ([1, 2, 'L'] as const).forEach((type) => rouge({ ...first, type }))),
    ter: time(() => ter(filled), 1),
    meteor: time(() => meteor({ ...filled, data }), 1),
  };
  const processor = (name: string, { processor: value }: Timing): BenchResult => ({ name, value, unit: 's' });
  const ratio = (name: string, theirs: number | undefined, own: number): BenchResult[] =>
    theirs === undefined ? [] : [{ name: `${name}, its seconds`, value: theirs, unit: 's' }, { name, value: theirs / own, unit: 'times as fast' }];
  const ratios = (name: string, theirs: Timing | undefined, own: Timing) => [
    ...ratio(name, theirs?.wall, own.wall),
    ...ratio(`${name}, processor time`, theirs?.processor, own.processor),
  ];
  return [
    processor('bleu-dart-seconds', ours.bleu),
    processor('BLEU, sacrebleu', time(() => bleu(segments))),
    processor('NIST', time(() => nist(segments))),
    processor('ROUGE-1, 2 and L, one reference', ours.rouge),
    processor('CIDEr with tokenisation', time(() => cider(filled), 1)),
    processor('TER', ours.ter),
    processor('METEOR', ours.meteor),
    processor("METEOR's tables, and Node's start", load),
    ...(await neuralRows(segments)),
    ...ratio('rouge-vs-rouge-score', await rougeScoreSeconds(first, folder), ours.rouge.processor),
    ...ratios('ter-vs-tercom', await timeTercom(filled, folder), add(ours.ter, start!)),
    ...ratios('meteor-vs-java', await timeMeteor(filled, folder), add(ours.meteor, load)),
  ];
}

interface Timing {
  readonly processor: number;
  readonly wall: number;
}

const add = (a: Timing, b: Timing): Timing => ({ processor: a.processor + b.processor, wall: a.wall + b.wall });

const clock = () => ({ wall: performance.now(), usage: process.cpuUsage() });

function since({ wall, usage }: ReturnType<typeof clock>): Timing {
  const { user, system } = process.cpuUsage(usage);
  return { processor: (user + system) / 1e6, wall: (performance.now() - wall) / 1000 };
}

/** The fastest of a few runs, in seconds. */
function time(work: () => unknown, runs = 3): Timing {
  const timings = Array.from({ length: runs }, () => {
    const before = clock();
    work();
    return since(before);
  });
  return timings.reduce((best, timing) => (timing.processor < best.processor ? timing : best));
}

async function dartSized(): Promise<Segments> {
  const rng = createRng('bench metrics');
  const root = process.env.PREFIX_TUNING_DATA;
  const references = root ? await dartReferences(root) : Array.from({ length: SEGMENTS }, () => Array.from({ length: 3 }, () => madeUp(rng)));
  return { hypotheses: references.map((list) => disturb(list[0]!, rng)), references };
}

async function dartReferences(root: string): Promise<string[][]> {
  const read = async (n: number) => (await readFile(join(root, `dart/dart_reference/all-delex-reference${n}.lex`), 'utf8')).split(/\r?\n/);
  const files = await Promise.all([0, 1, 2].map(read));
  return Array.from({ length: SEGMENTS }, (_, i) => files.map((lines) => lines[i]!));
}

/** 12 to 32 words, the frequent ones first as in any text. */
function madeUp(rng: Rng): string {
  return Array.from({ length: 12 + rng.integer(21) }, () => `w${Math.floor(5000 ** rng.uniform())}`).join(' ');
}

/** About every tenth word left out, every tenth replaced, and two neighbours changed round. */
function disturb(text: string, rng: Rng): string {
  const words = text.split(' ').flatMap((word) => (rng.uniform() < 0.1 ? [] : [rng.uniform() < 0.1 ? 'other' : word]));
  const i = rng.integer(Math.max(1, words.length - 1));
  return words.toSpliced(i, 2, ...words.slice(i, i + 2).reverse()).join(' ');
}

/** Runs a program; undefined if it is not there or fails. Bash tells its processor time. */
function timeProgram(command: string, args: readonly string[]): (Timing & { output: string }) | undefined {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync('bash', ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'time', command, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) return undefined;
  const [user, system] = stderr.trimEnd().split('\n').at(-1)!.split(' ').map(Number) as [number, number];
  return { wall: (performance.now() - start) / 1000, processor: user + system, output: stdout };
}

const ROUGE_SCORE = `
import json, sys, time
from rouge_score import rouge_scorer
data = json.load(open(sys.argv[1]))
scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
start = time.process_time()
for hypothesis, references in zip(data["hypotheses"], data["references"]):
    scorer.score(references[0], hypothesis)
print(time.process_time() - start)
`;

async function rougeScoreSeconds(segments: Segments, folder: string): Promise<number | undefined> {
  const file = join(folder, 'segments.json');
  await writeFile(file, JSON.stringify(segments));
  // Its own clock, since Python takes a while to import it.
  const result = timeProgram(process.env.PREFIX_TUNING_PYTHON ?? 'python3', ['-c', ROUGE_SCORE, file]);
  return result === undefined ? undefined : Number(result.output);
}

async function timeTercom({ hypotheses, references }: Segments, folder: string): Promise<Timing | undefined> {
  const jar = process.env.TERCOM_JAR;
  if (!jar) return undefined;
  const [hyp, ref] = [join(folder, 'hyp.txt'), join(folder, 'ref.txt')];
  await writeFile(hyp, hypotheses.map((text, i) => `${text} (id${i})\n`).join(''));
  await writeFile(ref, references.map((list, i) => list.map((text) => `${text} (id${i})\n`).join('')).join(''));
  const result = timeProgram('java', ['-Dfile.encoding=UTF-8', '-jar', jar, '-h', hyp, '-r', ref]);
  // It ends well even if it understood none of its input; a segment, to it, is a reference.
  return result?.output.includes(`segments scored: ${references.flat().length}`) ? result : undefined;
}

async function timeMeteor({ hypotheses, references }: Segments, folder: string): Promise<Timing | undefined> {
  const jar = process.env.METEOR_JAR;
  if (!jar) return undefined;
  const [hyp, ref] = [join(folder, 'hyp.txt'), join(folder, 'ref.txt')];
  await writeFile(hyp, hypotheses.map((text) => `${text}\n`).join(''));
  await writeFile(ref, references.map((list) => [0, 1, 2].map((i) => `${list[i] ?? ''}\n`).join('')).join(''));
  return timeProgram('java', ['-Xmx2G', '-Dfile.encoding=UTF-8', '-jar', jar, hyp, ref, '-l', 'en', '-norm', '-r', '3']);
}
