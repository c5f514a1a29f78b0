import { gather, memory, reshape, slice, tensor, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { difference, fixture, goldenTensors, type Golden } from '../../../test/golden.js';
import { disposeModel, loadModel, type Model } from '../../index.js';

let model: Model;
let golden: Golden;
beforeAll(async () => {
  model = await loadModel(fixture('gpt2'));
  golden = await goldenTensors('gpt2');
});
afterAll(() => disposeModel(model));

const layers = [0, 1];
const forward = (input: Parameters<Model['family']['forward']>[2]) => model.family.forward(model.parameters, model.config, input);

describe('GPT-2', () => {
  test('packed rows with their own attention mask equal rows apart', () => {
    const rows = slice(golden.tensor('ids'), [0, 0], [2, 6]);
    const apart = forward({ ids: rows });
    const hidden = -1e9;
    const block = Float32Array.from({ length: 144 }, (_, i) => {
      const [t, s] = [Math.floor(i / 12), i % 12];
      return s <= t && Math.floor(s / 6) === Math.floor(t / 6) ? 0 : hidden;
    });
    const packed = forward({
      ids: reshape(rows, [1, 12]),
      attentionMask: tensor(block, [1, 1, 12, 12]),
      positions: tensor(Int32Array.from({ length: 12 }, (_, i) => i % 6), [1, 12], 'int32'),
    });
    expect(difference(reshape(packed.hidden, [2, 6, 32]), apart.hidden)).toBeLessThan(1e-5);
  });

  test('embeddings stand for ids, hooks that change nothing change nothing, and no tensor leaks', () => {
    const ids = golden.tensor('ids');
    const before = memory().numTensors;
    tidy(() => {
      const plain = forward({ ids });
      const embeddings = gather(model.parameters['wte.weight']!, ids);
      const names: string[] = [];
      const same = (_: number, x: Tensor) => x;
      const hooks = {
        linear: (name: string, _: Tensor, y: Tensor) => (names.push(name), y),
        afterAttention: same,
        afterFeedForward: same,
        afterLayer: same,
      };
      expect(difference(forward({ embeddings, hooks }).hidden, plain.hidden)).toBe(0);
      expect(names).toEqual(layers.flatMap((l) => ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj'].map((part) => `h.${l}.${part}`)));
    });
    expect(memory().numTensors).toBe(before);
  });
});
