import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onnxEmbedder } from '../../../src/embedding/adapters.js';
import type { Embedder, TokenEmbeddings } from '../../../src/embedding/embedder.js';

/** The folder of all goldens, with a slash at its end. */
export const goldenFolder = fileURLToPath(new URL('../', import.meta.url));

/** The texts that every neural golden scores. */
export const segments = JSON.parse(readFileSync(`${goldenFolder}neural/segments.json`, 'utf8')) as {
  readonly hypothesis: string;
  readonly references: readonly string[];
}[];

/** The folder of the tiny random BERT encoder: five layers of width 16, 128 tokens at most. */
export const tinyFolder = `${goldenFolder}neural/tiny-bert/`;

export function tinyEmbedder(layers: readonly number[]): Promise<Embedder> {
  return onnxEmbedder({
    model: `${tinyFolder}onnx/model.onnx`,
    tokenizer: `${tinyFolder}tokenizer.json`,
    tokenizerConfig: `${tinyFolder}tokenizer_config.json`,
    layers,
    name: 'tiny-bert',
  });
}

/** The same embedder, which answers from memory: for tests that score one corpus in many ways. */
export async function remembering(embedder: Embedder): Promise<Embedder> {
  const texts = [...new Set(segments.flatMap(({ hypothesis, references }) => [hypothesis, ...references]))];
  const known = new Map<string, TokenEmbeddings>();
  for (let start = 0; start < texts.length; start += 32) {
    const batch = texts.slice(start, start + 32).flatMap((text) => [text, text.trim()]);
    (await embedder(batch)).forEach((item, i) => known.set(batch[i]!, item));
  }
  const recall = async (asked: readonly string[]) => asked.map((text) => known.get(text)!);
  return Object.assign(recall, embedder.info && { info: embedder.info });
}
