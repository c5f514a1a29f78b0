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

/** @throws FileError  if a folder that the user named is not there */
export function checkScorers(scorers: Options['scorers']): void {
  for (const [name, folder] of Object.entries(scorers)) {
    const option = name === 'moverEncoder' ? 'mover-encoder' : name;
    if (!existsSync(folder)) throw new FileError(`--${option} ${folder}: expected a folder, got nothing there. Check the path.`, { details: { folder } });
  }
}

const scoreWith = (metric: typeof bertScore | typeof moverScore, embedder: Embedder): NonNullable<SuiteResources['bertScore']> => (segments) => metric({ ...segments, embedder });

function encoderIn(folder: string): Promise<Embedder> {
  const [tokenizer, tokenizerConfig] = ['tokenizer.json', 'tokenizer_config.json'].map((name) => needed(folder, [name])) as [string, string];
  return onnxEmbedder({ model: needed(folder, ['onnx/model.onnx', 'model.onnx']), tokenizer, tokenizerConfig, name: nameOf(folder) });
}

async function bleurtIn(folder: string): Promise<NonNullable<SuiteResources['bleurt']>> {
  const settings = await readJson<{ max_length: number; lower_case: boolean }>(needed(folder, ['bleurt.json']));
  const vocabulary = await readFile(needed(folder, ['vocab.txt']), 'utf8');
  const tokenizer = wordPieceTokenizer(vocabulary, { lowerCase: settings!.lower_case });
  const model = await onnxBleurt({ model: needed(folder, ['bleurt.onnx']), tokenizer, maxLength: settings!.max_length, name: nameOf(folder) });
  return (segments) => bleurt({ ...segments, model });
}

/** What signatures call a model: every export has a file of the same name. */
const nameOf = (folder: string): string => basename(resolve(folder));

function needed(folder: string, names: readonly string[]): string {
  const found = names.map((name) => join(folder, name)).find(existsSync);
  if (found) return found;
  throw new FileError(`${folder}: expected ${names.join(' or ')}, got no such file. Export it with the scripts in tools/onnx.`, { details: { folder, names } });
}
