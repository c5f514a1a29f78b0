import { createRng } from '@prefix-tuning/base';
import { eager, hostTensor, onnxRuntime, type Runtime } from '@prefix-tuning/jit';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readGoldens, relativeError, tinyGpt2, type Goldens } from '../../test/tiny.js';
import { evaluator, loadCheckpoint, saveCheckpoint, sequenceBatches, tokenBlocks, train, TrainingError, tune } from '../index.js';
import type { Batch, BatchSource, HostTensors, StepEvent, TrainableModel, TrainingEvent, TrainingState, TrainOptions, Watch } from '../index.js';
import { watchLoss } from './divergence.js';

let model: TrainableModel;
let goldens: Goldens;
let batches: BatchSource;
let folder: string;
beforeAll(async () => {
  [model, goldens, folder] = await Promise.all([tinyGpt2(), readGoldens(), mkdtemp(join(tmpdir(), 'train-'))]);
  batches = sequenceBatches(goldens.sequences, { objective: 'example-sum', batchSize: 2 });
});
afterAll(() => rm(folder, { recursive: true }));

const runtime = onnxRuntime();
const options = async (more: Partial<TrainOptions> = {}): Promise<TrainOptions> => ({
  model,
  tuning: await tune('prefix', model, { settings: { length: 2, networkWidth: 8, dropout: 0.1 }, rng: createRng(5) }),
  batches,
  hyperparameters: { learningRate: 0.02, epochs: 6, warmupSteps: 2 },
  seed: 5,
  runtime,
  ...more,
});

async function events(of: TrainOptions): Promise<TrainingEvent[]> {
  const all: TrainingEvent[] = [];
  for await (const event of train(of)) all.push(event);
  return all;
}
const steps = (all: readonly TrainingEvent[]) => all.filter((event): event is StepEvent => event.type === 'step');
const last = (all: readonly TrainingEvent[]): TrainingState => {
  const event = all.at(-1)!;
  if (event.type !== 'end') throw new Error(`expected an end event, got ${event.type}`);
  return event.state;
};
/** A digest of every number of a state, by name. */
const digest = ({ parameters, optimiser: { mean, variance } }: TrainingState) =>
  [parameters, mean, variance]
    .flatMap((tensors) => Object.entries(tensors))
    .reduce((hash, [name, { data }]) => hash.update(name).update(data), createHash('sha256'))
    .digest('hex');

test('a prefix learns the examples, and its events say how far it is', async () => {
  const all = await events(await options());
  const done = steps(all);
  expect(done.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  expect(done.at(-1)!.epoch).toBe(6);
  expect(done.map(({ learningRate }) => learningRate).slice(0, 4)).toEqual([0, 0.01, 0.02, 0.018].map((x) => expect.closeTo(x, 8)));
  const mean = (some: StepEvent[]) => some.reduce((sum, { loss }) => sum + loss, 0) / some.length;
  expect(mean(done.slice(-4))).toBeLessThan(0.9 * mean(done.slice(0, 4)));
  expect(all.at(-1)).toMatchObject({ type: 'end', state: { step: 12, seed: 5 } });
});

test('the same seed gives the same bytes; another seed gives others', async () => {
  const end = async (seed: number) => digest(last(await events(await options({ seed }))));
  const first = await end(5);
  expect(await end(5)).toBe(first);
  expect(await end(6)).not.toBe(first);
});

test('a run continued from a checkpoint file ends with the bytes of one that was never interrupted', async () => {
  const path = join(folder, 'run/checkpoint.safetensors');
  for await (const event of train(await options())) {
    if (event.type !== 'step' || event.step < 7) continue;
    await saveCheckpoint(path, event.state);
    break;
  }
  expect(await readdir(join(folder, 'run'))).toEqual(['checkpoint.safetensors']);
  const resumed = last(await events(await options({ resume: await loadCheckpoint(path) })));
  expect(digest(resumed)).toBe(digest(last(await events(await options()))));
});

test('fine-tuning on blocks of tokens learns a repeating text, measured by perplexity', async () => {
  const text = Array.from({ length: 33 }, (_, i) => [3, 14, 15, 9, 26][i % 5]!);
  const blocks = sequenceBatches(tokenBlocks(text, 8), { objective: 'token-mean', batchSize: 2 });
  expect(blocks.batchesPerEpoch).toBe(2);
  const tuning = await tune('fine-tune', model, { rng: createRng(1) });
  const validation = { batches: blocks, everySteps: 6 };
  const all = await events({ model, tuning, batches: blocks, hyperparameters: { learningRate: 0.01, steps: 12 }, seed: 1, validation, runtime });
  const seen = all.filter((event) => event.type === 'validation');
  expect(seen.map(({ step }) => step)).toEqual([6, 12]);
  expect(seen[1]!.perplexity).toBeLessThan(2);
  const evaluate = evaluator(model, tuning, { batches: blocks, runtime: eager('cpu') });
  const [before, after] = [await evaluate(tuning.parameters), await evaluate(last(all).parameters)];
  expect(before.perplexity).toBeGreaterThan(20);
  expect(after.loss).toBeCloseTo(seen[1]!.loss, 4);
  expect(after.targets).toBe(32);
});

test('a loss that is not finite stops the run, naming step and examples', async () => {
  const { tuning, ...rest } = await options();
  const broken = { ...tuning, parameters: { ...tuning.parameters, 'transform.2.bias': hostTensor(new Float32Array(128).fill(NaN), [128]) } };
  const run = events({ ...rest, tuning: broken });
  await expect(run).rejects.toThrow(TrainingError);
  await expect(run).rejects.toThrow(/step 1: expected a finite.*got loss NaN.*on examples s\d, s\d.*Try a learningRate below 0.02/);
});

test('a loss that leaves its level for good stops the run; one hard batch does not', () => {
  const facts = (lossPerTarget: number) => ({ step: 9, ids: ['a', 'b'], loss: 1, gradientNorm: 1, learningRate: 0.1, peakLearningRate: 0.1, lossPerTarget });
  const follow = (losses: readonly number[]) => losses.reduce((watch: Watch, loss) => watchLoss(watch, facts(loss), 4), { looked: 0, waited: 0, above: 0 });
  expect(follow([2, 2, 9, 2, 9, 9, 9, 9, 2])).toMatchObject({ above: 0, level: 2 });
  expect(() => follow([2, 2, 9, 9, 9, 9, 9])).toThrow(/step 9: expected a loss per target near its level of 2.00, got 9.00, far above it for 5 steps, on examples a, b/);
  expect(follow([0.002, 0.009, 0.009, 0.009, 0.009, 0.009])).toMatchObject({ above: 0 });
  expect(() => follow([0.002, 0.6, 0.6, 0.6, 0.6, 0.6])).toThrow(/its level of 0.00200, got 0.600, .*in another folder/);
  expect([0, 9, 9, 9, 9, 9].reduce((watch: Watch, loss) => watchLoss(watch, facts(loss), Infinity), { looked: 0, waited: 0, above: 0 })).toMatchObject({ above: 0 });
  expect(follow([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]).level).toBeLessThan(0.2);
});

test('batches that are accumulated give the step of one large batch, and a smaller last group its own', async () => {
  for (const objective of ['example-sum', 'token-mean'] as const) {
    const of = async (batchSize: number, accumulate: number) => {
      const { tuning } = await options();
      const still = { ...tuning, noise: () => ({}) };
      const source = sequenceBatches(goldens.sequences, { objective, batchSize });
      const all = await events(await options({ tuning: still, batches: source, hyperparameters: { learningRate: 0.02, epochs: 2, accumulate } }));
      return { losses: steps(all).map(({ loss }) => loss), ids: steps(all).map(({ ids }) => ids), end: last(all).parameters };
    };
    const [large, grouped] = [await of(4, 1), await of(2, 2)];
    expect(grouped.ids).toEqual(large.ids);
    grouped.losses.forEach((loss, i) => expect(loss / large.losses[i]!).toBeCloseTo(1, 5));
    for (const [name, { data }] of Object.entries(large.end)) expect(relativeError(grouped.end[name]!.data, data), name).toBeLessThan(1e-3);
  }
});

test('early stopping ends a run that no longer gets better, with the parameters of its best look', async () => {
  const scores = [1, 3, 2, 2.5, 9, 9];
  const seen: HostTensors[] = [];
  const score = (parameters: HostTensors) => {
    seen.push(structuredClone(parameters));
    return scores[seen.length - 1]!;
  };
  const validation = { batches, everySteps: 2, patience: 2, select: 'best', score } as const;
  const all = await events(await options({ validation }));
  const looks = all.filter((event) => event.type === 'validation');
  expect(looks.map(({ step, score, best }) => [step, score, best])).toEqual([[2, 1, true], [4, 3, true], [6, 2, false], [8, 2.5, false]]);
  const end = all.at(-1)!;
  if (end.type !== 'end') throw new Error('no end');
  expect(end.reason).toBe('patience');
  expect(end.parameters).toEqual(seen[1]);
  const lower = await events(await options({ validation: { ...validation, better: 'lower', patience: 1, score: () => seen.length } }));
  expect(lower.at(-1)).toMatchObject({ reason: 'patience', state: { step: 4 } });
  await expect(events(await options({ validation: { ...validation, everySteps: 0 } }))).rejects.toThrow(/validation: .*got everySteps 0/);
  await expect(events(await options({ validation: { ...validation, evry: 1 } as never }))).rejects.toThrow(/validation: expected fields of batches, everySteps, .*, got evry\. Correct the name/);
});

test.each([
  [{ score: () => NaN }, 'score, got NaN. Correct the score.'],
  [{ score: () => Infinity, better: 'lower' }, 'score, got Infinity. Correct the score.'],
  [{ score: () => undefined as never }, 'score, got undefined. Correct the score.'],
  [{ batches: { batchesPerEpoch: 0, epoch: () => [] } }, 'loss, got NaN. Look at the validation data'],
] as const)('a look that gives no finite value stops the run, naming the step (%#)', async (more, message) => {
  const run = events(await options({ validation: { batches, everySteps: 2, ...more } }));
  await expect(run).rejects.toThrow(TrainingError);
  await expect(run).rejects.toThrow(`validation: step 2: expected a finite ${message}`);
});

test('options that train and tune do not know are refused, with those they know', async () => {
  const known = 'model, tuning, batches, hyperparameters, seed, resume, validation, runtime';
  await expect(events(await options({ hyperparameter: {}, folders: 'x' } as never))).rejects.toThrow(`train: expected fields of ${known}, got hyperparameter, folders. Correct the name`);
  await expect(tune('prefix', model, { setting: {}, rng: createRng(5) } as never)).rejects.toThrow('tune: expected fields of settings, rng, got setting.');
  for (const given of [undefined, 'gpt2', tinyGpt2()]) {
    await expect(tune('prefix', given as never, { rng: createRng(5) })).rejects.toThrow('tune: model: expected what loadModel gives, got something else. Await it if it is a promise.');
  }
});

test('a part of a pass is at least one step', async () => {
  expect(steps(await events(await options({ hyperparameters: { learningRate: 0.1, epochs: 0.1 } })))).toHaveLength(1);
});

let spent: Iterable<Batch>;
test.each([
  ['no batches', { batchesPerEpoch: 0, epoch: () => [] }, '0, got 0'],
  ['a pass that cannot begin again', { batchesPerEpoch: 2, epoch: () => spent }, '2, got 0'],
  ['more batches than it says', { batchesPerEpoch: 1, epoch: () => batches.epoch() }, '1, got 2 or more'],
])('data that has %s stops the run, which would end too early or could not go on', async (_, source, message) => {
  spent = batches.epoch();
  await expect(events(await options({ batches: source, hyperparameters: { learningRate: 0.02, steps: 6 } }))).rejects.toThrow(`train: expected a pass over the data to hold its batchesPerEpoch of batches, ${message}. Let every call of epoch() begin a pass of its own.`);
});

test.each([
  [{ learningRate: 0.1, epochs: 1, momentum: 0.9 }, /got momentum/],
  [{ learningRate: 0.1 }, /expected epochs or steps, got neither/],
  [{ learningRate: -1, epochs: 1 }, /learningRate: got -1/],
  [{ learningRate: 0.1, epochs: 1, steps: 3 }, /expected epochs or steps, got both/],
  [{ learningRate: 0.1, epochs: -1 }, /epochs: got -1, which is out of range/],
  [{ learningRate: 0.1, epochs: '2' as never }, /epochs: got 2, which is out of range/],
  [{ learningRate: 0.1, epochs: 1, warmupSteps: 5 }, /expected at most 2 warm-up steps, got 5/],
])('hyperparameters %j are refused', async (hyperparameters, message) => {
  await expect(events(await options({ hyperparameters }))).rejects.toThrow(message);
});

test('programs are told how often the whole run needs them, from whatever step it goes on', async () => {
  const told: Record<string, number | undefined>[] = [];
  const base = eager('cpu');
  const listening: Runtime = { ...base, prepare: (fn, inputs, given) => (told.push({ [given.name]: given.runs }), base.prepare(fn, inputs, given)) };
  const one = await options({ runtime: listening, hyperparameters: { learningRate: 0.01, steps: 3, accumulate: 2 } });
  const all = await events({ ...one, validation: { batches: one.batches, everySteps: 2 } });
  const looks = 2 * one.batches.batchesPerEpoch;
  const expected = [{ 'prefix step': 6 }, { evaluation: looks }];
  expect(told).toEqual(expect.arrayContaining(expected));
  told.length = 0;
  await events({ ...one, resume: steps(all)[0]!.state });
  expect(told[0]).toEqual(expected[0]);
});
