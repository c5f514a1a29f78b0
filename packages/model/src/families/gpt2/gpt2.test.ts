import { crossEntropy, eager, jit, onnxRuntime, toHost, type HostTensor, type Hosted } from '@prefix-tuning/jit';
import { memory, reshape, slice, gather, tensor, tidy, valueAndGrads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { difference, fixture, goldenTensors, type Golden } from '../../../test/golden.js';
import { disposeModel, loadModel, type Model, type Past } from '../../index.js';

let model: Model;
let golden: Golden;
beforeAll(async () => {
  model = await loadModel(fixture('gpt2'));
  golden = await goldenTensors('gpt2');
});
afterAll(() => disposeModel(model));

const layers = [0, 1];
const past = (prefix: string): Past => layers.map((l) => ({ key: golden.tensor(`${prefix}.${l}.key`), value: golden.tensor(`${prefix}.${l}.value`) }));
const forward = (input: Parameters<Model['family']['forward']>[2]) => model.family.forward(model.parameters, model.config, input);
const logits = (hidden: Tensor) => model.family.logits(model.parameters, hidden);

describe('forward equals transformers', () => {
  test('logits and present', () => {
    const { hidden, present } = forward({ ids: golden.tensor('ids') });
    expect(difference(logits(hidden), golden.host('plain.logits'))).toBeLessThan(1e-4);
    for (const l of layers) {
      expect(difference(present[l]!.key, golden.host(`plain.present.${l}.key`))).toBeLessThan(1e-4);
      expect(difference(present[l]!.value, golden.host(`plain.present.${l}.value`))).toBeLessThan(1e-4);
    }
  });

  test('with padding on the left', () => {
    const { hidden } = forward({ ids: golden.tensor('ids'), mask: golden.tensor('mask'), positions: golden.tensor('positions') });
    const keep = golden.host('mask').data;
    const [actual, expected] = [logits(hidden).dataSync(), golden.host('padded.logits').data];
    for (let i = 0; i < expected.length; i++) if (keep[Math.floor(i / 400)]) expect(actual[i]).toBeCloseTo(expected[i]!, 4);
  });

  test('in two parts, the second after the past of the first', () => {
    const part = (from: number, to: number) =>
      tidy(() => slice(golden.tensor('ids'), [0, from], [3, to - from]));
    const first = forward({ ids: part(0, 7) });
    const second = forward({ ids: part(7, 12), past: first.present });
    const whole = forward({ ids: golden.tensor('ids') });
    expect(difference(second.hidden, slice(whole.hidden, [0, 7, 0], [-1, 5, -1]))).toBeLessThan(1e-5);
    expect(difference(second.present[1]!.value, whole.present[1]!.value)).toBeLessThan(1e-5);
  });

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

  test('wrong input is refused', () => {
    expect(() => forward({})).toThrow('expected ids [B, T] or embeddings');
    expect(() => forward({ ids: golden.tensor('ids'), past: past('prefix.past').slice(1) })).toThrow('expected 2 layers');
  });
});

describe.each([eager('cpu'), onnxRuntime()])('loss and gradients equal PyTorch on $name', (runtime) => {
  const batch = () => ({ ids: golden.host('ids'), mask: golden.host('mask'), positions: golden.host('positions') });
  const targets = () => ({ targets: golden.host('targets'), weights: golden.host('weights') });
  type Batch = { ids: Tensor; mask: Tensor; positions: Tensor; targets: Tensor; weights: Tensor };

  const loss = (parameters: Record<string, Tensor>, { targets, weights, ...input }: Batch, past?: Past): Scalar => {
    const { hidden } = model.family.forward(parameters, model.config, { ...input, past });
    const flat = (x: Tensor) => reshape(x, [-1]);
    return crossEntropy(reshape(hidden, [-1, 32]), model.family.outputWeights(parameters), flat(targets), flat(weights)) as Scalar;
  };

  test('full training', async () => {
    const names = Object.keys(model.parameters);
    const step = jit(
      ({ parameters, batch }: { parameters: Record<string, Tensor>; batch: Batch }) => {
        const record = (values: Tensor[]) => Object.fromEntries(names.map((name, i) => [name, values[i]!]));
        const { value, grads } = valueAndGrads((...values: Tensor[]) => loss(record(values), batch))(names.map((name) => parameters[name]!));
        return { value, gradients: record(grads) };
      },
      { runtime, name: 'full' },
    );
    const parameters = Object.fromEntries(names.map((name) => [name, toHost(model.parameters[name]!)]));
    const { value, gradients } = await step({ parameters, batch: { ...batch(), ...targets() } });
    expect(difference(value, golden.host('full.loss'), 'relative')).toBeLessThan(1e-6);
    expect(names.length).toBe(golden.names.filter((name) => name.startsWith('full.gradient.')).length);
    for (const name of names) expect(difference(gradients[name]!, golden.host(`full.gradient.${name}`), 'relative'), name).toBeLessThan(1e-4);
    await step.dispose();
  });

  test('a prefix given as past', async () => {
    const step = jit(
      ({ past, batch }: { past: Past; batch: Batch }) => {
        const build = (values: Tensor[]): Past => layers.map((l) => ({ key: values[2 * l]!, value: values[2 * l + 1]! }));
        const { value, grads } = valueAndGrads((...values: Tensor[]) => loss(model.parameters, batch, build(values)))(
          past.flatMap(({ key, value }) => [key, value]),
        );
        return { value, gradients: build(grads) };
      },
      { runtime, name: 'prefix' },
    );
    const shift = (x: HostTensor): HostTensor => ({ ...x, data: Int32Array.from(x.data, (p) => p + 5) });
    const longMask = (x: HostTensor): HostTensor => {
      const rows = Array.from({ length: 3 }, (_, b) => [...Array<number>(5).fill(1), ...x.data.slice(b * 12, (b + 1) * 12)]);
      return { dtype: 'float32', shape: [3, 17], data: Float32Array.from(rows.flat()) };
    };
    const { ids, mask, positions } = batch();
    const hosted = layers.map((l) => ({ key: golden.host(`prefix.past.${l}.key`), value: golden.host(`prefix.past.${l}.value`) }));
    const { value, gradients } = await step({ past: hosted, batch: { ids, mask: longMask(mask), positions: shift(positions), ...targets() } });
    expect(difference(value, golden.host('prefix.loss'), 'relative')).toBeLessThan(1e-6);
    for (const l of layers) {
      for (const part of ['key', 'value'] as const) {
        const actual = (gradients as Hosted<Past>)[l]![part];
        expect(difference(actual, golden.host(`prefix.gradient.${l}.${part}`), 'relative')).toBeLessThan(1e-4);
      }
    }
    await step.dispose();
  });
});
