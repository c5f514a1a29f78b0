/**
 * How fast the metrics score a test set of DART's size: 5,097 outputs, 3 references each.
 *
 * References are DART's own if PREFIX_TUNING_DATA is set, else made-up ones as long; outputs are first references with
 * words changed. The reference implementations run beside ours where they are there: rouge-score with the Python in
 * PREFIX_TUNING_PYTHON (default python3), tercom and METEOR with Java and their jars in TERCOM_JAR and METEOR_JAR. Where
 * Java or a jar is missing, DART's references are compared with what Java took on a machine that the row names.
 * Ours and rouge-score are timed by their process's processor time, which other work on the machine does not lengthen.
 * With Java whole processes are compared, in the first run that each makes: start, reading tables, scoring. Once by wall
 * time, where Java compiles on other cores while it scores, and once by processor time on all cores. Ours reads the
 * paraphrase table as installMeteorData leaves it, compiled; Java's format is its own.
 */
import { createRng, type Rng } from '@prefix-tuning/base';
import { bleu, cider, compileParaphrases, nist, rouge, ter, type Segments } from '@prefix-tuning/metrics';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { add, clock, since, type Timing } from './clock.js';
import { machine } from './machine.js';
import { neuralRows } from './metrics-neural.js';
import { RECORDED, rougeScoreSeconds, timeMeteor, timeProgram, timeTercom, type JavaTiming } from './metrics-references.js';
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
  const ourMeteor = await timeOurMeteor(filled, folder);
  const ours = {
    bleu: time(() => bleu({ ...segments, style: 'multi-bleu' })),
    rouge: time(() => ([1, 2, 'L'] as const).forEach((type) => rouge({ ...first, type }))),
    ter: time(() => ter(filled), 1),
  };
  const recorded = process.env.PREFIX_TUNING_DATA ? RECORDED : undefined;
  const java = {
    tercom: (await timeTercom(filled, folder)) ?? recorded?.tercom,
    meteor: (await timeMeteor(filled, folder)) ?? (ourMeteor.stages.includes('paraphrase') ? recorded?.meteor : recorded?.meteorWithoutParaphrases),
  };
  const processor = (name: string, { processor: value }: Timing): BenchResult => ({ name, value, unit: 's' });
  return [
    processor('bleu-dart-seconds', ours.bleu),
    processor('BLEU, sacrebleu', time(() => bleu(segments))),
    processor('NIST', time(() => nist(segments))),
    processor('ROUGE-1, 2 and L, one reference', ours.rouge),
    processor('CIDEr with tokenisation', time(() => cider(filled), 1)),
    processor('TER', ours.ter),
    processor('METEOR', ourMeteor.score),
    processor("METEOR's tables", ourMeteor.load),
    ...(await neuralRows(segments)),
    ...ratio('rouge-vs-rouge-score', await rougeScoreSeconds(first, folder), ours.rouge.processor),
    ...ratios('ter-vs-tercom', java.tercom, add(ours.ter, start!)),
    ...ratios('meteor-vs-java', java.meteor, add(add(ourMeteor.score, ourMeteor.load), start!)),
  ];
}

function ratio(name: string, theirs: number | undefined, own: number): BenchResult[] {
  if (theirs === undefined) return [];
  return [{ name: `${name}, its seconds`, value: theirs, unit: 's' }, { name: `${name}, our seconds`, value: own, unit: 's' }, { name, value: theirs / own, unit: 'times as fast' }];
}

function ratios(name: string, theirs: JavaTiming | undefined, own: Timing): BenchResult[] {
  const named = theirs?.recorded === undefined ? name : `${name}, Java's time ${theirs.recorded}`;
  return [...ratio(named, theirs?.wall, own.wall), ...ratio(`${named}, processor time`, theirs?.processor, own.processor)];
}

/** A first run of METEOR, and whether it had paraphrases; their table is compiled before. */
async function timeOurMeteor(segments: Segments, folder: string): Promise<{ load: Timing; score: Timing; stages: readonly string[] }> {
  const { METEOR_JAR: jar } = process.env;
  const [file, paraphraseFile] = [join(folder, 'meteor.json'), join(folder, 'paraphrase-en.bin')];
  if (jar) await compileParaphrases(join(dirname(jar), 'data/paraphrase-en.gz'), paraphraseFile);
  await writeFile(file, JSON.stringify(segments));
  const script = fileURLToPath(new URL('./metrics-meteor.ts', import.meta.url));
  const result = timeProgram(process.execPath, [...process.execArgv, script, file, JSON.stringify(jar ? { folder: dirname(jar), paraphraseFile } : {})]);
  if (!result) throw new Error(`${script}: expected it to end well`);
  return JSON.parse(result.output) as { load: Timing; score: Timing; stages: readonly string[] };
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
