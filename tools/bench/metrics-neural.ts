import { createRng } from '@prefix-tuning/base';
import { bertScore, moverScore, type Embedder, type Segments } from '@prefix-tuning/metrics';
import type { BenchResult } from './suite.js';

const WIDTH = 768;
const SEGMENTS = 500;

/** What the neural metrics do besides running a model: pairs a second over the first segments, on made-up vectors of BERT's width. */
export async function neuralRows({ hypotheses, references }: Segments): Promise<BenchResult[]> {
  const segments = { hypotheses: hypotheses.slice(0, SEGMENTS), references: references.slice(0, SEGMENTS).map((list) => list.slice(0, 1)) };
  const embedder = wordEmbedder();
  const rate = async (name: string, work: () => Promise<unknown>): Promise<BenchResult> => {
    const start = performance.now();
    await work();
    return { name, value: (segments.hypotheses.length * 1000) / (performance.now() - start), unit: 'pairs/s' };
  };
  return [
    await rate('BERTScore without the model', () => bertScore({ ...segments, embedder })),
    await rate('MoverScore v2 without the model', () => moverScore({ ...segments, embedder })),
    await rate('MoverScore v1 without the model', () => moverScore({ ...segments, embedder, version: 1 })),
  ];
}

/** One random vector per word, the same wherever it stands. */
function wordEmbedder(): Embedder {
  const ids = new Map<string, number>();
  const vectors: Float32Array[] = [];
  const idOf = (word: string) => {
    if (!ids.has(word)) {
      const rng = createRng(word);
      ids.set(word, vectors.push(Float32Array.from({ length: WIDTH }, () => rng.normal())) - 1);
    }
    return ids.get(word)!;
  };
  return async (texts) =>
    texts.map((text) => {
      const tokens = ['[CLS]', ...text.split(/\s+/), '[SEP]'];
      const row = tokens.map(idOf);
      const layer = new Float32Array(tokens.length * WIDTH);
      row.forEach((id, k) => layer.set(vectors[id]!, k * WIDTH));
      return { tokens, ids: row, special: tokens.map((_, k) => k === 0 || k === tokens.length - 1), width: WIDTH, layers: [layer] };
    });
}
