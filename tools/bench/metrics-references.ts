/** The reference implementations that the metrics are timed against, where they are there; see metrics.ts. */
import type { Segments } from '@prefix-tuning/metrics';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timing } from './clock.js';

/** What Java took, here or elsewhere; by the clock only here, since that depends on the machine's cores. */
export interface JavaTiming {
  readonly processor: number;
  readonly wall?: number;
  /** Where and when, if not in this run. */
  readonly recorded?: string;
}

const recorded = 'of November 2026 on an AMD EPYC, 2 cores, Java 17';
/** Java's processor time on DART's references, the least of a few runs, for machines without Java or the jars. */
export const RECORDED = {
  tercom: { processor: 8.9, recorded },
  meteor: { processor: 18.3, recorded },
  /** With `-m "exact stem synonym"`: ours is compared with it where it has WordNet alone. */
  meteorWithoutParaphrases: { processor: 13.8, recorded },
} satisfies Record<string, JavaTiming>;

/** Runs a program; undefined if it is not there or fails. Bash tells its processor time. */
export function timeProgram(command: string, args: readonly string[]): (Timing & { output: string }) | undefined {
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

export async function rougeScoreSeconds(segments: Segments, folder: string): Promise<number | undefined> {
  const file = join(folder, 'segments.json');
  await writeFile(file, JSON.stringify(segments));
  // Its own clock, since Python takes a while to import it.
  const result = timeProgram(process.env.PREFIX_TUNING_PYTHON ?? 'python3', ['-c', ROUGE_SCORE, file]);
  return result === undefined ? undefined : Number(result.output);
}

export async function timeTercom({ hypotheses, references }: Segments, folder: string): Promise<JavaTiming | undefined> {
  const jar = process.env.TERCOM_JAR;
  if (!jar) return undefined;
  const [hyp, ref] = [join(folder, 'hyp.txt'), join(folder, 'ref.txt')];
  await writeFile(hyp, hypotheses.map((text, i) => `${text} (id${i})\n`).join(''));
  await writeFile(ref, references.map((list, i) => list.map((text) => `${text} (id${i})\n`).join('')).join(''));
  const result = timeProgram('java', ['-Dfile.encoding=UTF-8', '-jar', jar, '-h', hyp, '-r', ref]);
  // It ends well even if it understood none of its input; a segment, to it, is a reference.
  return result?.output.includes(`segments scored: ${references.flat().length}`) ? result : undefined;
}

export async function timeMeteor({ hypotheses, references }: Segments, folder: string): Promise<JavaTiming | undefined> {
  const jar = process.env.METEOR_JAR;
  if (!jar) return undefined;
  const [hyp, ref] = [join(folder, 'hyp.txt'), join(folder, 'ref.txt')];
  await writeFile(hyp, hypotheses.map((text) => `${text}\n`).join(''));
  await writeFile(ref, references.map((list) => [0, 1, 2].map((i) => `${list[i] ?? ''}\n`).join('')).join(''));
  return timeProgram('java', ['-Xmx2G', '-Dfile.encoding=UTF-8', '-jar', jar, hyp, ref, '-l', 'en', '-norm', '-r', '3']);
}
