import { crossEntropy, eager, jit, onnxRuntime, toHost, toTensor, type HostTensor, type Hosted } from '@prefix-tuning/jit';
import { add, cast, concat, expandDims, gather, memory, mul, ones, range, reshape, slice, square, tensor, tensor1d, tensor2d, tidy, valueAndGrads, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { difference, fixture, goldenTensors, type Golden } from '../../test/golden.js';
import { disposeModel, families, loadModel, type ForwardInput, type Model, type Past } from '../index.js';

const layers = [0, 1];

/** One model and its goldens, with the few things in which families differ. */
interface Case {
  readonly model: Model;
  readonly golden: Golden;
  past(name: string): Hosted<Past>;
  /** What else a forward pass needs: the encoded source. */
  source(parameters: Record<string, Tensor>, crossPrefix?: Past, mask?: string): Pick<ForwardInput, 'source'>;
  /** Mask over `extra` prefix positions and the tokens, if the goldens pad the decoder's input. */
  padding(extra: number): { mask?: Tensor; positions?: Tensor };
}

async function open(name: string): Promise<Case> {
  const model = await loadModel(fixture(name), { withoutTokenizer: true });
  const golden = await goldenTensors(name);
  const past = (prefix: string) => layers.map((l) => ({ key: golden.host(`${prefix}.${l}.key`), value: golden.host(`${prefix}.${l}.value`) }));
  const extended = (mask: Tensor, extra: number) => concat([ones([mask.shape[0]!, extra]), mask], 1);
  const { encoder } = model.family;
  if (!encoder) {
    const padding = (extra: number) => ({ mask: extended(golden.tensor('mask'), extra), positions: cast(add(golden.tensor('positions'), extra), 'int32') });
    return { model, golden, past, source: () => ({}), padding };
  }
  const source = (parameters: Record<string, Tensor>, crossPrefix?: Past, name = 'mask') => {
    const mask = golden.tensor(name);
    const hidden = encoder.encode(parameters, model.config, { ids: golden.tensor('source'), mask });
    const keyValues = encoder.keyValues(parameters, model.config, { hidden, past: crossPrefix });
    return { source: { keyValues, mask: extended(mask, crossPrefix?.[0]?.key.shape[2] ?? 0) } };
  };
  return { model, golden, past, source, padding: () => ({}) };
}

describe.each(Object.keys(families))('%s', (name) => {
  // The composite tolerance of gradients; BART's post-norm layers lose a digit more to rounding than GPT-2's.
  const tolerance = name === 'gpt2' ? 1e-4 : 1e-3;
  let it: Case;
  beforeAll(async () => {
    it = await open(name);
  });
  afterAll(() => disposeModel(it.model));

  const forward = (input: ForwardInput) => it.model.family.forward(it.model.parameters, it.model.config, { ...it.source(it.model.parameters), ...input });
  const logits = (hidden: Tensor) => it.model.family.logits(it.model.parameters, hidden);

  test('logits and present equal transformers', () => {
    const { hidden, present } = forward({ ids: it.golden.tensor('ids') });
    expect(difference(logits(hidden), it.golden.host('plain.logits'))).toBeLessThan(1e-4);
    for (const l of layers) {
      expect(difference(present[l]!.key, it.golden.host(`plain.present.${l}.key`))).toBeLessThan(1e-4);
      expect(difference(present[l]!.value, it.golden.host(`plain.present.${l}.value`))).toBeLessThan(1e-4);
    }
  });

  test.skipIf(name === 'bart')('with padding on the left', () => {
    const kept = expandDims(it.golden.tensor('mask'), 2);
    const { hidden } = forward({ ids: it.golden.tensor('ids'), ...it.padding(0) });
    expect(difference(mul(logits(hidden), kept), toHost(mul(it.golden.tensor('padded.logits'), kept)))).toBeLessThan(1e-4);
  });

  test.runIf(name === 'bart')('with sources padded on the left', () => {
    const { hidden } = forward({ ids: it.golden.tensor('ids'), ...it.source(it.model.parameters, undefined, 'left.mask') });
    expect(difference(logits(hidden), it.golden.host('left.logits'))).toBeLessThan(1e-4);
    expect(difference(it.golden.host('left.logits'), it.golden.host('plain.logits'))).toBeGreaterThan(1e-2);
  });

  test.skipIf(name === 'bart')('tokens in one row that attend in slots equal rows apart', () => {
    const ids = slice(it.golden.tensor('ids'), [0, 0], [2, 12]);
    const apart = forward({ ids });
    // 12 tokens and the first 5 of another row, then padding, which stands in the empty slots.
    const int32 = (shape: number[], value: (i: number) => number) => tensor(Int32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => value(i)), shape, 'int32');
    const slots = { tokens: int32([2, 12], (slot) => (slot < 17 ? slot : 19)), places: int32([20], (token) => Math.min(token, 17)) };
    const { hidden } = forward({
      ids: gather(reshape(ids, [1, 24]), range(0, 20, 1, 'int32'), 1),
      positions: int32([1, 20], (token) => token % 12),
      slots,
    });
    expect(difference(slice(hidden, [0, 0, 0], [1, 17, -1]), slice(reshape(apart.hidden, [1, 24, -1]), [0, 0, 0], [1, 17, -1]))).toBeLessThan(1e-5);
  });

  test('two parts, the second after the past of the first, equal the whole', () => {
    const part = (from: number, to: number) => slice(it.golden.tensor('ids'), [0, from], [3, to - from]);
    const first = forward({ ids: part(0, 7) });
    const second = forward({ ids: part(7, 12), past: first.present });
    const whole = forward({ ids: it.golden.tensor('ids') });
    expect(difference(second.hidden, slice(whole.hidden, [0, 7, 0], [-1, 5, -1]))).toBeLessThan(1e-5);
    expect(difference(second.present[1]!.value, whole.present[1]!.value)).toBeLessThan(1e-5);
  });

  test.skipIf(name === 'bart')('a prompt that rows share stands before their own pasts', () => {
    const ids = it.golden.tensor('ids');
    const rows = (...numbers: number[]) => tensor1d(numbers, 'int32');
    const prompt = forward({ ids: slice(ids, [0, 0], [2, 5]) }).present;
    const repeated = prompt.map(({ key, value }) => ({ key: gather(key, rows(0, 0, 1, 1)), value: gather(value, rows(0, 0, 1, 1)) }));
    const part = (from: number, size: number) => slice(gather(ids, rows(2, 0, 1, 2)), [0, from], [4, size]);
    const whole = forward({ ids: part(5, 3), past: repeated });
    const own = whole.present.map(({ key, value }) => ({ key: slice(key, [0, 0, 5, 0]), value: slice(value, [0, 0, 5, 0]) }));
    const once = forward({ ids: part(8, 1), past: own, prompt: [prompt] });
    const copied = forward({ ids: part(8, 1), past: whole.present });
    expect(difference(once.hidden, copied.hidden)).toBeLessThan(1e-5);
    expect(difference(once.fresh[1]!.key, copied.fresh[1]!.key)).toBeLessThan(1e-5);
    // In two pieces, the first of which is one row for all.
    const one = prompt.map(({ key, value }) => ({ key: slice(key, [0, 0, 0, 0], [1, -1, 2, -1]), value: slice(value, [0, 0, 0, 0], [1, -1, 2, -1]) }));
    const rest = prompt.map(({ key, value }) => ({ key: slice(key, [0, 0, 2, 0], [-1, -1, 3, -1]), value: slice(value, [0, 0, 2, 0], [-1, -1, 3, -1]) }));
    const copies = one.map(({ key, value }, l) => ({
      key: concat([gather(key, rows(0, 0, 0, 0)), gather(rest[l]!.key, rows(0, 0, 1, 1)), own[l]!.key], 2),
      value: concat([gather(value, rows(0, 0, 0, 0)), gather(rest[l]!.value, rows(0, 0, 1, 1)), own[l]!.value], 2),
    }));
    expect(difference(forward({ ids: part(8, 1), past: own, prompt: [one, rest] }).hidden, forward({ ids: part(8, 1), past: copies }).hidden)).toBeLessThan(1e-5);
    // One prompt for all, no past, and hidden keys of the prompt.
    const first = prompt.map(({ key, value }) => ({ key: slice(key, 0, 1), value: slice(value, 0, 1) }));
    const mask = tensor2d([[1, 1, 0, 1, 1, 1], [1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1], [1, 0, 0, 0, 0, 1]]);
    const before = first.map(({ key, value }) => ({ key: gather(key, rows(0, 0, 0, 0)), value: gather(value, rows(0, 0, 0, 0)) }));
    expect(difference(forward({ ids: part(5, 1), prompt: [first], mask }).hidden, forward({ ids: part(5, 1), past: before, mask }).hidden)).toBeLessThan(1e-5);
    expect(() => forward({ ids: part(5, 3), prompt: [prompt] })).toThrow('prompt: expected one new token');
    expect(() => forward({ ids: slice(ids, [0, 5], [3, 1]), prompt: [prompt] })).toThrow('divides 3, got 1 and 2');
  });

  test.runIf(name === 'bart')('prefixes that all rows share, of the decoder and of its attention to the source, equal copies in every row', () => {
    const { golden, model } = it;
    const { source: own } = it.source(model.parameters);
    const prefix = (name: string): Past => it.past(name).map(({ key, value }) => ({ key: toTensor(key), value: toTensor(value) }));
    const [before, cross] = [prefix('prefix.past'), prefix('cross.past')];
    const ids = slice(golden.tensor('ids'), [0, 0], [-1, 1]);
    const copied = forward({ ids, past: before, ...it.source(model.parameters, cross) });
    const shared = forward({ ids, prompt: [before], source: { ...own!, prefix: cross } });
    expect(difference(shared.hidden, copied.hidden)).toBeLessThan(1e-5);
    expect(difference(shared.hidden, forward({ ids }).hidden)).toBeGreaterThan(1e-3);
    const whole = golden.tensor('ids');
    const first = forward({ ids: whole, ...it.source(model.parameters, cross) });
    expect(difference(forward({ ids: whole, source: { ...own!, prefix: cross } }).hidden, first.hidden)).toBeLessThan(1e-5);
  });

  test('rows that are asked for alone are those of the whole', () => {
    const whole = forward({ ids: it.golden.tensor('ids') });
    const wanted = [14, 2, 2, 35];
    const some = forward({ ids: it.golden.tensor('ids'), rows: tensor1d(wanted, 'int32') });
    expect(some.hidden.shape).toEqual([1, 4, whole.hidden.shape[2]]);
    expect(difference(some.hidden, expandDims(gather(reshape(whole.hidden, [36, -1]), tensor1d(wanted, 'int32')), 0))).toBeLessThan(1e-5);
    expect(difference(some.present[1]!.value, whole.present[1]!.value)).toBe(0);
  });

  test('hooks that change nothing change nothing, those that do do, and no tensor leaks', () => {
    const before = memory().numTensors;
    tidy(() => {
      const ids = it.golden.tensor('ids');
      const plain = forward({ ids });
      const same = (_: number, x: Tensor) => x;
      const hooks = { linear: (_: string, _x: Tensor, y: Tensor) => y, afterEmbedding: (x: Tensor) => x, afterActivation: same, afterAttention: same, afterCrossAttention: same, afterFeedForward: same, afterLayer: same };
      expect(difference(forward({ ids, hooks }).hidden, plain.hidden)).toBe(0);
      for (const hook of ['afterActivation', 'afterAttention', 'afterFeedForward', 'afterLayer'] as const) {
        const changed = forward({ ids, hooks: { [hook]: (l: number, x: Tensor) => (l === 1 ? add(mul(x, 2), square(x)) : x) } });
        expect(difference(changed.hidden, plain.hidden), hook).toBeGreaterThan(1e-3);
      }
      const changed = forward({ ids, hooks: { afterEmbedding: square } });
      expect(difference(changed.hidden, plain.hidden)).toBeGreaterThan(1e-3);
    });
    expect(memory().numTensors).toBe(before);
  });

  test('wrong input is refused', () => {
    expect(() => forward({})).toThrow('expected ids [B, T] or embeddings');
    const { present } = forward({ ids: it.golden.tensor('ids') });
    expect(() => forward({ ids: it.golden.tensor('ids'), past: present.slice(1) })).toThrow('expected 2 layers');
  });

  describe.each([eager('cpu'), onnxRuntime()])('loss and gradients equal PyTorch on $name', (runtime) => {
    const loss = (parameters: Record<string, Tensor>, { past, crossPrefix }: { past?: Past; crossPrefix?: Past } = {}): Scalar => {
      const { model, golden } = it;
      const input = { ids: golden.tensor('ids'), ...it.padding(past?.[0]?.key.shape[2] ?? 0), past, ...it.source(parameters, crossPrefix) };
      const { hidden } = model.family.forward(parameters, model.config, input);
      const flat = (x: Tensor) => reshape(x, [-1]);
      return crossEntropy(reshape(hidden, [-1, 32]), model.family.outputWeights(parameters), flat(golden.tensor('targets')), flat(golden.tensor('weights')));
    };

    test('full training', async () => {
      const names = Object.keys(it.model.parameters);
      const record = (values: Tensor[]) => Object.fromEntries(names.map((key, i) => [key, values[i]!]));
      const step = jit(
        (parameters: Record<string, Tensor>) => {
          const { value, grads } = valueAndGrads((...values: Tensor[]) => loss(record(values)))(names.map((key) => parameters[key]!));
          return { value, gradients: record(grads) };
        },
        { runtime, name: 'full' },
      );
      const { value, gradients } = await step(Object.fromEntries(names.map((key) => [key, toHost(it.model.parameters[key]!)])));
      expect(difference(value, it.golden.host('full.loss'), 'relative')).toBeLessThan(1e-5);
      expect(names.length).toBe(it.golden.names.filter((key) => key.startsWith('full.gradient.')).length);
      const scale = Math.max(...names.map((key) => largest(it.golden.host(`full.gradient.${key}`))));
      for (const key of names) {
        const expected = it.golden.host(`full.gradient.${key}`);
        // A key bias shifts all scores of a query alike: its true gradient is 0, and both sides hold rounding errors.
        if (largest(expected) > 1e-5 * scale) expect(difference(gradients[key]!, expected, 'relative'), key).toBeLessThan(tolerance);
        else expect(difference(gradients[key]!, expected), key).toBeLessThan(1e-5 * scale);
      }
      await step.dispose();
    });

    test.each(name === 'bart' ? (['prefix', 'cross'] as const) : (['prefix'] as const))('a %s given as past', async (kind) => {
      const build = (values: Tensor[]): Past => layers.map((l) => ({ key: values[2 * l]!, value: values[2 * l + 1]! }));
      const step = jit(
        (past: Past) => {
          const run = (...values: Tensor[]) => loss(it.model.parameters, kind === 'cross' ? { crossPrefix: build(values) } : { past: build(values) });
          const { value, grads } = valueAndGrads(run)(past.flatMap(({ key, value }) => [key, value]));
          return { value, gradients: build(grads) };
        },
        { runtime, name: kind },
      );
      const { value, gradients } = await step(it.past(`${kind}.past`));
      expect(difference(value, it.golden.host(`${kind}.loss`), 'relative')).toBeLessThan(1e-5);
      for (const l of layers) {
        for (const part of ['key', 'value'] as const) {
          expect(difference(gradients[l]![part], it.golden.host(`${kind}.gradient.${l}.${part}`), 'relative')).toBeLessThan(tolerance);
        }
      }
      await step.dispose();
    });
  });
});

const largest = ({ data }: HostTensor): number => Array.from(data).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

test.each(['gpt2', 'bart'])('%s with an output layer of its own is refused', async (name) => {
  const { config, family } = await loadModel(fixture(name), { withoutTokenizer: true });
  expect(() => family.parseConfig({ ...config.raw, tie_word_embeddings: false }, 'config.json')).toThrow(/config\.json: tie_word_embeddings: expected true.*, got false/);
});
