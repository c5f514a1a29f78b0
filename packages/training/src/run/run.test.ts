import { createRng, FileError } from '@prefix-tuning/base';
import { eager, hostTensor } from '@prefix-tuning/jit';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tinyRun } from '../../test/tiny-run.js';
import { loadCheckpoint, loadTuning, sequenceBatches, TrainingError, trainingProgress, trainRun, tune, type RunEvent, type RunOptions } from '../index.js';

let root: string;
let whole: RunEvent[];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'run-'));
  whole = await events(await tinyRun(join(root, 'whole')));
});
afterAll(() => rm(root, { recursive: true }));

async function events(options: RunOptions): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const event of trainRun(options)) all.push(event);
  return all;
}
const read = (folder: string, file: string) => readFile(join(root, folder, file));
const same = async (folder: string) => {
  for (const file of ['settings.json', 'log.jsonl', 'parameters.safetensors', 'result.json', 'tuned/adapter_model.safetensors']) {
    expect((await read(folder, file)).equals(await read('whole', file)), file).toBe(true);
  }
};
/** Runs until a step is done, then leaves the loop. */
async function until(options: RunOptions, step: number): Promise<void> {
  for await (const event of trainRun(options)) if (event.type === 'step' && event.step === step) break;
}

test('a run is a folder: settings, a line for each step and look, parameters, what the method keeps, a result', async () => {
  const end = whole.at(-1)!;
  if (end.type !== 'end') throw new Error('no end');
  const lines = (await read('whole', 'log.jsonl')).toString().trim().split('\n').map((line) => JSON.parse(line) as { type: string; step: number });
  expect(lines.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  expect(lines.filter(({ type }) => type === 'validation').map(({ step }) => step)).toEqual([7, 14, 21, 28, 35, 40]);
  expect(Object.keys(lines[0]!)).toEqual(['type', 'step', 'epoch', 'loss', 'lossPerTarget', 'learningRate', 'gradientNorm', 'tokens', 'targets']);
  const settings = JSON.parse((await read('whole', 'settings.json')).toString());
  expect(settings).toMatchObject({ method: 'prefix', seed: 5, hyperparameters: { learningRate: 0.02, clipNorm: 1 }, batches: { objective: 'example-sum', batchSize: 2 } });
  const best = whole.filter((event) => event.type === 'validation').reduce((a, b) => (b.loss < a.loss ? b : a));
  expect(JSON.parse((await read('whole', 'result.json')).toString())).toEqual({ reason: 'steps', steps: 40, best: { step: best.step, value: best.loss }, level: end.result.level });
  const { model } = await tinyRun('unused');
  expect((await loadTuning('prefix', model, join(root, 'whole/tuned'))).parameters['embedding.weight']!.shape[0]).toBe(2);
  expect(await readdir(join(root, 'whole'))).toEqual(['log.jsonl', 'parameters.safetensors', 'result.json', 'seconds.json', 'settings.json', 'tuned']);
});

test('the same seed gives the same bytes, and another seed others', async () => {
  await events(await tinyRun(join(root, 'again')));
  await same('again');
  await events(await tinyRun(join(root, 'other'), { seed: 6 }));
  await expect(same('other')).rejects.toThrow();
});

test('a run that has ended gives its result at once', async () => {
  const [end, ...more] = await events(await tinyRun(join(root, 'whole')));
  expect(more).toEqual([]);
  expect({ ...end, seconds: 0 }).toEqual({ ...whole.at(-1), seconds: 0 });
});

test('whoever leaves the loop loses no step; a damaged checkpoint is passed over for the one before it', async () => {
  const folder = join(root, 'left');
  await until(await tinyRun(folder), 8);
  const checkpoints = await readdir(join(folder, 'checkpoints'));
  expect(checkpoints).toEqual(['step-00000006.safetensors', 'step-00000008.safetensors']);
  expect((await loadCheckpoint(join(folder, 'checkpoints', checkpoints[1]!))).step).toBe(8);
  await writeFile(join(folder, 'checkpoints', checkpoints[1]!), 'torn');
  await writeFile(join(folder, 'log.jsonl.0123abcd.partial'), 'torn');
  await until(await tinyRun(folder), 7);
  expect(await readdir(join(folder, 'checkpoints'))).toEqual(['step-00000006.safetensors', 'step-00000007.safetensors']);
  const rest = await events(await tinyRun(folder));
  expect(rest[0]).toMatchObject({ type: 'start', step: 7 });
  await same('left');
  expect(await readdir(folder)).toEqual(await readdir(join(root, 'whole')));
});

test('whoever leaves it after a later step was compiled loses none either', async () => {
  const folder = join(root, 'compiled');
  let programs = 0;
  for await (const event of trainRun(await tinyRun(folder))) if (event.type === 'compile' && ++programs === 2) break;
  expect(programs).toBe(2);
  await events(await tinyRun(folder));
  await same('compiled');
});

test('a folder of a run with other settings, data or model is refused, with what differs', async () => {
  const differs = async (more: Partial<RunOptions>) => events(await tinyRun(join(root, 'whole'), more));
  const { model, tuning } = await tinyRun('unused');
  await expect(differs({ hyperparameters: { learningRate: 0.03, steps: 40, warmupSteps: 2 } })).rejects.toThrow(/hyperparameters.learningRate 0.02 there and 0.03 here\. Choose another folder/);
  await expect(differs({ batches: sequenceBatches([{ id: 'x', ids: [1, 2, 3], from: 1 }], { objective: 'example-sum', batchSize: 2 }) })).rejects.toThrow(/batches\.perEpoch 2 there and 1 here; batches\.hash "\w+" there/);
  await expect(differs({ tuning: await tune('prefix', model, { settings: { length: 3 }, rng: createRng(5) }) })).rejects.toThrow(/settings\.length 2 there and 3 here/);
  await expect(differs({ tuning: { ...tuning, parameters: { ...tuning.parameters, x: hostTensor([1], [1]) } } })).rejects.toThrow(/start "\w+" there/);
});

test('a run that is given no runtime writes down which one it found', async () => {
  const { runtime, ...options } = await tinyRun(join(root, 'found'));
  for await (const event of trainRun(options)) if (event.type === 'start') break;
  expect(JSON.parse((await read('found', 'settings.json')).toString())).toMatchObject({ runtime: runtime!.name });
  await expect(events({ ...options, runtime: eager('cpu') })).rejects.toThrow(/runtime "onnx" there and "eager:cpu" here/);
});

test('an option that is not known or out of range leaves no folder; nor does an interval without a unit', async () => {
  const folder = join(root, 'misspelt');
  const { batches } = await tinyRun(folder);
  await expect(events(await tinyRun(folder, { hyperparameter: {} } as never))).rejects.toThrow(/^trainRun: expected fields of folder, model, .*checkpointEvery, got hyperparameter\. Correct the name/);
  await expect(events(await tinyRun(folder, { resume: {} } as never))).rejects.toThrow(/got resume\./);
  for (const checkpointEvery of [{ step: 3 }, { steps: 0 }, {}, null]) {
    await expect(events(await tinyRun(folder, { checkpointEvery } as never))).rejects.toThrow(`trainRun: expected checkpointEvery to be { steps } or { seconds } above 0, got ${JSON.stringify(checkpointEvery)}.`);
  }
  const wrong: [object, RegExp][] = [
    [{ validation: { batches, everySteps: 0 } }, /got everySteps 0/],
    [{ validation: { batches, everySteps: 7, evry: 1 } }, /got evry/],
    [{ validation: { everySteps: 7 } }, /validation: batches: expected what sequenceBatches gives/],
    [{ validation: { batches, everySteps: 7, score: 'bleu' } }, /validation: expected score to be a function of the parameters, got bleu/],
    [{ folder: '' }, /trainRun: expected folder to be the path of one, got an empty text/],
    [{ folder: undefined }, /trainRun: expected folder to be the path of one, got undefined/],
    [{ hyperparameters: { learningRate: -1, steps: 40 } }, /learningRate: got -1/],
    [{ hyperparameters: { learningRate: 0.02, steps: 4, warmupSteps: 5 } }, /expected at most 4 warm-up steps, got 5/],
    [{ seed: 1.5 }, /train: expected a whole number as seed, got 1\.5\. Correct the setting/],
    [{ seed: '5' }, /as seed, got 5/],
    [{ tuning: Promise.resolve({}) }, /train: tuning: expected what tune gives, got something else\. Await it if it is a promise\./],
    [{ batches: [] }, /train: batches: expected what sequenceBatches gives/],
  ];
  for (const [more, message] of wrong) await expect(events(await tinyRun(folder, more as never)), String(message)).rejects.toThrow(message);
  expect(await readdir(root)).not.toContain('misspelt');
});

test('a loss that explodes stops the run; its last checkpoint stays', async () => {
  const folder = join(root, 'explodes');
  const tuning = await tune('fine-tune', (await tinyRun('unused')).model, { rng: createRng(5) });
  const run = events(await tinyRun(folder, { tuning, hyperparameters: { learningRate: 3, schedule: 'constant', warmupSteps: 20, steps: 60 } }));
  await expect(run).rejects.toThrow(TrainingError);
  await expect(run).rejects.toThrow(/train: step \d+: expected a loss per target near its level of [\d.]+, got [\d.]+.*on examples s\d.*\. Try a learningRate below 3/);
  expect((await readdir(join(folder, 'checkpoints'))).length).toBeGreaterThan(0);
});

test('a log that lost lines is not gone on with', async () => {
  const folder = join(root, 'lost');
  await until(await tinyRun(folder), 4);
  await writeFile(join(folder, 'log.jsonl'), '');
  await expect(events(await tinyRun(folder))).rejects.toThrow(/log\.jsonl: expected a line for each of the checkpoint's 4 steps, got 0/);
});

test('a log whose end was torn is cut there and gone on with', async () => {
  const folder = join(root, 'torn');
  await until(await tinyRun(folder), 4);
  await appendFile(join(folder, 'log.jsonl'), '\0\0garbage\n\0\0');
  expect((await events(await tinyRun(folder)))[0]).toMatchObject({ type: 'start', step: 4 });
  await same('torn');
});

/** Files of a folder that this process has open (Linux). */
async function openIn(folder: string): Promise<string[]> {
  const targets = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(targets)).filter((path) => path.startsWith(folder));
}

test.runIf(process.platform === 'linux')('whatever fails, no file stays open', async () => {
  const folder = join(root, 'closed');
  const left = async () => {
    for await (const event of trainRun(await tinyRun(folder, { checkpointEvery: { steps: 100 } }))) {
      if (event.type === 'start') await writeFile(join(folder, 'checkpoints'), '');
      if (event.type !== 'step') continue;
      expect(await openIn(folder)).toEqual([join(folder, 'log.jsonl')]);
      break;
    }
  };
  await expect(left()).rejects.toThrow(`${join(folder, 'checkpoints')}: expected to make the folder, got EEXIST`);
  await writeFile(join(folder, 'seconds.json'), 'torn');
  await expect(events(await tinyRun(folder))).rejects.toThrow(/seconds\.json: expected JSON/);
  expect(await openIn(join(root, 'lost'))).toEqual([]);
  expect(await openIn(folder)).toEqual([]);
});

const mount = (folder: string) => process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status === 0;

test('on a full disk the run stops, naming file and cure, and goes on when there is room', async (context) => {
  const folder = join(root, 'full');
  await mkdir(folder);
  if (!mount(folder)) return context.skip('needs the right to mount a small disk');
  try {
    const fill = async (event: RunEvent) => {
      if (event.type !== 'checkpoint' || event.step !== 12) return;
      const { bavail, bsize } = await statfs(folder);
      await writeFile(join(folder, 'filler'), Buffer.alloc(bavail * bsize));
    };
    const run = (async () => {
      for await (const event of trainRun(await tinyRun(folder))) await fill(event);
    })();
    await expect(run).rejects.toThrow(FileError);
    await expect(run).rejects.toThrow(/(log\.jsonl|step-00000015\.safetensors): expected to write the (log|file), got ENOSPC.*(Free some space|free space)/s);
    expect((await loadCheckpoint(join(folder, 'checkpoints/step-00000012.safetensors'))).step).toBe(12);
    await rm(join(folder, 'filler'));
    expect((await events(await tinyRun(folder)))[0]).toMatchObject({ type: 'start', step: 12 });
    await same('full');
  } finally {
    spawnSync('umount', [folder]);
  }
});

test('steps turn into progress with loss and speed', () => {
  const toProgress = trainingProgress('train');
  const drawn = whole.flatMap((event) => toProgress(event) ?? []);
  expect(drawn).toHaveLength(40);
  expect(drawn.at(-1)).toMatchObject({ task: 'train', done: 40, total: 40, unit: 'steps', note: expect.stringMatching(/^loss \d\.\d{3} {2}[\d,]+ tokens\/s$/) });
});
