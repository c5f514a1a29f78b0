import { ConfigError, makeFolder } from '@prefix-tuning/base';
import { parseOptions, progressView } from '@prefix-tuning/cli';
import { writeFileAtomically } from '@prefix-tuning/safetensors';
import { loadTuning } from '@prefix-tuning/training';
import { dirname, join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import type { Write } from './command.js';
import { numberOf, required } from './options.js';
import { readSources, type Row } from './pairs.js';
import { scoresTable } from './scores.js';
import { openModel, readTuned, runtimeOf, type Tuned } from './tuned.js';
import { openUnfinished, versionOf } from './unfinished.js';
import { writerOf } from './writer.js';

export const writeUsage = `prefix-tuning write --tuned DIR
  --tuned DIR           what prefix-tuning train made
  --text TEXT           a source to write for, as often as you like; without it and --data each line of standard input is one
  --data FILE           sources from a file as for train; where it has targets, outputs are scored
  --out FILE            outputs as JSON lines, instead of printing them; stopped or killed, the same command goes on
  --model MODEL         another place of the same model
  --beams N             beam search of this width; 5 unless given, 1 is greedy
  --max-new-tokens N    100 unless given
  --threads N           one for each processor unless given
  --eight-bits          rounds frozen weights to eight bits; as in training unless given`;

const string = { type: 'string' } as const;
const known = {
  tuned: string, text: { type: 'string', multiple: true }, data: string, out: string, model: string, beams: string, 'max-new-tokens': string,
  threads: string, 'eight-bits': { type: 'boolean' },
} as const;

type Given = ReturnType<typeof parseOptions<typeof known>>;

/** Writes for texts, lines or a file of sources with what `train` made. */
export async function writeCommand(args: string[], write: Write): Promise<void> {
  const given = parseOptions(args, known, writeUsage);
  const folder = required('tuned', given.tuned, writeUsage);
  const tuned = await readTuned(folder);
  const [beams, maxNewTokens] = [numberOf('beams', given.beams, { least: 1 }), numberOf('max-new-tokens', given['max-new-tokens'], { least: 1 })];
  const threads = numberOf('threads', given.threads, { least: 1 });
  const rows = await sourcesOf(given, tuned);
  // Before the work: what is wrong with the place is to be known now.
  if (given.out !== undefined) await makeFolder(dirname(given.out));
  const view = progressView();
  try {
    const model = await openModel(given.model ?? tuned.model, view.report);
    const tuning = await loadTuning(tuned.method, model, join(folder, 'tuned'));
    const runtime = await runtimeOf({ eightBits: given['eight-bits'] ?? tuned.eightBits, threads });
    const settings = { runtime, maxSource: tuned.maxSource, maxNewTokens: maxNewTokens ?? 100, ...(beams === undefined ? {} : { beams }), onProgress: view.report };
    const print = (text: string) => {
      view.clear();
      write(`${text}\n`);
    };
    const texts = writerOf(model, tuning, tuning.parameters, settings);
    const { out } = given;
    // All that texts depend on but their sources.
    const by = async () => ({ tuned: await versionOf(join(folder, 'tuned')), model: given.model ?? tuned.model, runtime: runtime.name, beams, maxNewTokens, maxSource: tuned.maxSource });
    const outputs = out === undefined ? await texts(rows.map(({ source }) => source), { onText: print }) : await toFile(out, rows, { texts, by: await by() });
    const scores = scoresTable(rows, outputs);
    if (scores) print(`${given.out === undefined ? '\n' : ''}${scores}`);
  } finally {
    view.finish();
  }
}

async function sourcesOf({ text, data }: Given, tuned: Tuned): Promise<Row[]> {
  if (text && data !== undefined) throw new ConfigError('--text, --data: expected one of them, got both. Leave one out.');
  if (data !== undefined) return readSources(data, tuned);
  const lines = text ?? (await textOf(process.stdin)).split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new ConfigError(`expected --text, --data, or lines on standard input, got none.\n\n${writeUsage}`);
  return lines.map((source, i) => ({ id: String(i), source, target: undefined }));
}

/** Writes outputs to a file, going on where the same command was stopped. */
async function toFile(file: string, rows: readonly Row[], { texts, by }: { texts: ReturnType<typeof writerOf>; by: object }): Promise<string[]> {
  const { known, keep, settle, remove } = await openUnfinished(file, by);
  const outputs = await texts(rows.map(({ source }) => source), { known, onWritten: keep });
  await settle();
  const lines = rows.map(({ id, source, target }, i) => JSON.stringify({ id, source, output: outputs[i], target }));
  await writeFileAtomically(file, [() => new TextEncoder().encode(`${lines.join('\n')}\n`)]);
  await remove();
  return outputs;
}
