import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { goldenFolder, segments, tinyEmbedder, tinyFolder } from '../../test/goldens/neural/fixture.js';
import { onnxEmbedder, transformersEmbedder } from './adapters.js';
import { embedBatch, type Embedder } from './embedder.js';
import { documentFrequencies } from './idf.js';
import { mapPairs, toPairs } from './pairs.js';
import { importPeer, MissingPeerError } from './peers.js';
import { splitWords, strip } from './strip.js';

const texts = [...new Set(segments.flatMap(({ hypothesis, references }) => [hypothesis, ...references]))];

let embedder: Embedder;
beforeAll(async () => {
  embedder = await tinyEmbedder([3, 5]);
});

test('tokenizes as Python does, truncation included', async () => {
  const goldens = JSON.parse(readFileSync(`${goldenFolder}neural/ids.json`, 'utf8')) as number[][][];
  for (const [i, { hypothesis, references }] of segments.entries()) {
    const ours = await embedder.tokenize!([hypothesis, ...references]);
    expect(ours.map(({ ids }) => ids), JSON.stringify(hypothesis)).toEqual(goldens[i]);
  }
  expect(Math.max(...goldens.flat().map((ids) => ids.length))).toBe(128);
});

test('marks class and separator tokens wherever they stand', async () => {
  const [item] = await embedder.tokenize!(['[SEP] a [MASK]']);
  expect(item!.tokens).toEqual(['[CLS]', '[SEP]', 'a', '[MASK]', '[SEP]']);
  expect(item!.special).toEqual([true, true, false, false, true]);
});

test('gives a text the same vectors alone and in a padded batch', async () => {
  const batch = await embedBatch(embedder, texts.slice(0, 16));
  for (const [i, item] of batch.entries()) {
    const [alone] = await embedBatch(embedder, [texts[i]!]);
    expect(item.layers).toHaveLength(2);
    item.layers.forEach((layer, l) => layer.forEach((x, k) => expect(Math.abs(x - alone!.layers[l]![k]!)).toBeLessThan(1e-5)));
  }
});

test('transformers.js gives the vectors that ONNX Runtime gives', async () => {
  const transformers = await import('@huggingface/transformers');
  const other = await transformersEmbedder({ model: tinyFolder.replace(/\/$/, ''), layers: [3, 5], transformers, modelOptions: { local_files_only: true } });
  const sample = texts.slice(-20);
  const [ours, theirs] = [await embedBatch(embedder, sample), await embedBatch(other, sample)];
  ours.forEach((item, i) => {
    expect(theirs[i]!.tokens).toEqual(item.tokens);
    expect(theirs[i]!.special).toEqual(item.special);
    const gaps = item.layers.flatMap((layer, l) => Array.from(layer, (x, k) => Math.abs(x - theirs[i]!.layers[l]![k]!)));
    expect(Math.max(...gaps)).toBeLessThan(1e-5);
  });
});

test('says which outputs a model has when the one asked for is not there', async () => {
  await expect(tinyEmbedder([9])).rejects.toThrow(/expected the output hidden_states.9, got hidden_states.0, .*Choose one of these/);
  const files = { model: `${tinyFolder}onnx/model.onnx`, tokenizer: `${tinyFolder}none.json`, tokenizerConfig: {} };
  await expect(onnxEmbedder(files)).rejects.toThrow('none.json: expected a readable JSON file');
});

test('names the cure when an optional package is absent', async () => {
  await expect(importPeer(['no-such-package-a', 'no-such-package-b'], 'runtime')).rejects.toThrow(MissingPeerError);
  await expect(importPeer(['no-such-package-a'], 'runtime')).rejects.toThrow('npm install no-such-package-a');
});

test('refuses embeddings that do not fit the texts', async () => {
  const item = { tokens: ['a'], ids: [1], special: [false], width: 2, layers: [new Float32Array(2)] };
  await expect(embedBatch(async () => [item], ['a', 'b'])).rejects.toThrow('expected 2 items for 2 texts, got 1');
  await expect(embedBatch(async () => [{ ...item, ids: [] }], ['a'])).rejects.toThrow('got 0 and 1');
  await expect(embedBatch(async () => [{ ...item, layers: [] }], ['a'])).rejects.toThrow('at least one layer');
  await expect(embedBatch(async () => [{ ...item, width: 3 }], ['a'])).rejects.toThrow('expected 1 x 3 values in layer 0, got 2');
});

/** Embeds a text as its length, and writes down what it was asked. */
function recorder() {
  const batches: string[][] = [];
  const embed: Embedder = async (batch) => {
    batches.push([...batch]);
    return batch.map((text) => ({ tokens: [text], ids: [text.length], special: [false], width: 1, layers: [Float32Array.of(text.length)] }));
  };
  return { embed, batches };
}

test('embeds each distinct text once, whatever the corpus, and keeps the order of the pairs', async () => {
  const words = fc.array(fc.tuple(fc.string({ maxLength: 3 }), fc.array(fc.string({ maxLength: 3 }), { minLength: 1, maxLength: 3 })), { minLength: 1, maxLength: 700 });
  await fc.assert(
    fc.asyncProperty(words, fc.integer({ min: 1, max: 40 }), async (corpus, batchSize) => {
      const { embed, batches } = recorder();
      const pairs = toPairs(corpus.map(([h]) => h), corpus.map(([, r]) => r));
      const seen = await mapPairs(embed, pairs, { batchSize, visit: (h, r) => [h.tokens[0], r.tokens[0]] });
      expect(seen).toEqual(pairs.map(({ hypothesis, reference }) => [hypothesis, reference]));
      expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(batchSize);
      expect(batches.flat().length).toBe(new Set(batches.flat()).size);
    }),
    { numRuns: 30 },
  );
});

test('counts a token once per text', async () => {
  const weight = await documentFrequencies(recorder().embed, ['aa', 'bb', 'c']);
  expect([weight(2), weight(1), weight(7)]).toEqual([Math.log(4 / 3), Math.log(4 / 2), Math.log(4)]);
});

test('knows the white space of Python', () => {
  expect(strip('\u001c\u0085 a \ufeff\t\n')).toBe('a \ufeff');
  expect(splitWords(' a\u2028b\u001fc ')).toEqual(['a', 'b', 'c']);
});
