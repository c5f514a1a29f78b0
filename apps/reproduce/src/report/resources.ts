import { FileError } from '@prefix-tuning/base';
import { bertScore, bleurt, loadMeteorData, moverScore, onnxBleurt, onnxEmbedder, wordPieceTokenizer, type Embedder, type SuiteResources } from '@prefix-tuning/metrics';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readJson } from '../sources/files.js';
import type { Options } from '../options.js';

/** What metrics need besides texts: METEOR's data, and the models of the neural ones where the user named them. */
export async function scoringResources({ meteor, encoder, moverEncoder = encoder, bleurt: checkpoint }: Options['scorers']): Promise<SuiteResources> {
  return {
    meteor: await loadMeteorData(meteor === undefined ? {} : { folder: meteor }),
    ...(encoder === undefined ? {} : { bertScore: scoreWith(bertScore, await encoderIn(encoder)) }),
    ...(moverEncoder === undefined ? {} : { moverScore: scoreWith(moverScore, await encoderIn(moverEncoder)) }),
    ...(checkpoint === undefined ? {} : { bleurt: await bleurtIn(checkpoint) }),
  };
}

/**
 * Only METEOR's files are read for it: models would take memory from now on.
 *
 * @throws FileError  if a folder that the user named is not there, or lacks what it is named for
 */
export async function checkScorers(scorers: Options['scorers']): Promise<void> {
  for (const [name, folder] of Object.entries(scorers)) {
    const option = name === 'moverEncoder' ? 'mover-encoder' : name;
    if (!existsSync(folder)) throw new FileError(`--${option} ${folder}: expected a folder, got nothing there. Check the path.`, { details: { folder } });
    if (name === 'meteor') await loadMeteorData({ folder });
    else if (name === 'bleurt') bleurtFiles(folder);
    else encoderFiles(folder);
  }
}

const scoreWith = (metric: typeof bertScore | typeof moverScore, embedder: Embedder): NonNullable<SuiteResources['bertScore']> => (segments) => metric({ ...segments, embedder });

const encoderFiles = (folder: string) => ({
  tokenizer: needed(folder, ['tokenizer.json']),
  tokenizerConfig: needed(folder, ['tokenizer_config.json']),
  model: needed(folder, ['onnx/model.onnx', 'model.onnx']),
});

const bleurtFiles = (folder: string) => ({
  settings: needed(folder, ['bleurt.json']),
  vocabulary: needed(folder, ['vocab.txt']),
  model: needed(folder, ['bleurt.onnx']),
});

const encoderIn = async (folder: string): Promise<Embedder> => onnxEmbedder({ ...encoderFiles(folder), name: nameOf(folder) });

async function bleurtIn(folder: string): Promise<NonNullable<SuiteResources['bleurt']>> {
  const files = bleurtFiles(folder);
  const settings = await readJson<{ max_length: number; lower_case: boolean }>(files.settings);
  const tokenizer = wordPieceTokenizer(await readFile(files.vocabulary, 'utf8'), { lowerCase: settings!.lower_case });
  const model = await onnxBleurt({ model: files.model, tokenizer, maxLength: settings!.max_length, name: nameOf(folder) });
  return (segments) => bleurt({ ...segments, model });
}

/** What signatures call a model: every export has a file of the same name. */
const nameOf = (folder: string): string => basename(resolve(folder));

function needed(folder: string, names: readonly string[]): string {
  const found = names.map((name) => join(folder, name)).find(existsSync);
  if (found) return found;
  throw new FileError(`${folder}: expected ${names.join(' or ')}, got no such file. Export it with the scripts in tools/onnx.`, { details: { folder, names } });
}
