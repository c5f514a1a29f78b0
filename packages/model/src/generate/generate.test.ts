import { eager, onnxRuntime } from '@prefix-tuning/jit';
import os from 'node:os';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fixture, goldenJson } from '../../test/golden.js';
import { ours } from '../../test/options.js';
import { createGenerator, disposeModel, families, generate, loadModel, type Generated, type GenerateOptions, type Generator, type Model } from '../index.js';

interface Golden {
  end: number[];
  prompts: number[][];
  cases: { settings: Record<string, unknown>; results: { tokens: number[][]; scores: number[] | null }[] }[];
}

/** Models this small lose more to threads that wait for each other than they gain. */
const oneThread = onnxRuntime({ session: { intraOpNumThreads: 1 } });

describe.each(Object.keys(families))('%s generates what transformers generates', (family) => {
  const golden = goldenJson<Golden>(`generate-${family}`);
  let model: Model;
  let generator: Generator;
  beforeAll(async () => {
    model = await loadModel(fixture(family), { withoutTokenizer: family !== 'gpt2' });
    generator = createGenerator(model, { runtime: oneThread });
  });
  afterAll(async () => {
    await generator.dispose();
    disposeModel(model);
  });

  test.each(golden.cases.map(({ settings, results }) => [JSON.stringify(settings), settings, results] as const))('%s', async (_, settings, results) => {
    const generated = await generator.generate(golden.prompts, { endTokens: golden.end, ...ours(settings), batchSize: 64 });
    generated.forEach((sequences, i) => {
      expect(sequences.map(({ tokens }) => tokens), `prompt ${i}`).toEqual(results[i]!.tokens);
      results[i]!.scores?.forEach((score, n) => expect(Math.abs(sequences[n]!.score! - score)).toBeLessThan(1e-3 * Math.max(1, Math.abs(score))));
    });
  }, 180_000);
});

describe('generate', () => {
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(fixture('gpt2'), { withoutTokenizer: true });
  });
  afterAll(() => disposeModel(model));

  const prompts = [[3, 4, 5], [9], [100, 101, 102, 103, 104, 105, 106], [7, 8]];
  const options: GenerateOptions = { maxNewTokens: 10, beams: 3, returnSequences: 2, runtime: oneThread };

  test('batches of any size give the same sequences', async () => {
    const alone = await generate(model, prompts, { ...options, batchSize: 1, runtime: eager('cpu') });
    for (const batchSize of [2, 3, 8]) {
      const together = await generate(model, prompts, { ...options, batchSize });
      expect(together.map((rows) => rows.map(({ tokens }) => tokens))).toEqual(alone.map((rows) => rows.map(({ tokens }) => tokens)));
    }
  });

  test('prompts that begin alike, or are alike, are read together and give what each gives alone', async () => {
    const alike = [[3, 4, 5], [3, 4, 5, 6, 7], [3, 4, 9], [3, 4, 5], [8], [3], [3, 4, 5, 6, 8]];
    const together = await generate(model, alike, options);
    const alone = await Promise.all(alike.map(async (prompt) => (await generate(model, [prompt], options))[0]!));
    expect(together.map((rows) => rows.map(({ tokens }) => tokens))).toEqual(alone.map((rows) => rows.map(({ tokens }) => tokens)));
    together.forEach((rows, i) => rows.forEach(({ score }, n) => expect(Math.abs(score! - alone[i]![n]!.score!)).toBeLessThan(1e-4)));
  });

  test('forbidden tokens are, whether the search sees the likeliest tokens alone or all', async () => {
    const plain = await generate(model, prompts, options);
    const tokens = [...new Set(plain.flat().map(({ tokens }) => tokens[0]!))];
    const [few, all] = await Promise.all([tokens, Array.from({ length: 70 }, (_, i) => tokens[i % tokens.length]!)].map((forbiddenTokens) => generate(model, prompts, { ...options, forbiddenTokens })));
    expect(few!.flat().some((row) => row.tokens.some((token) => tokens.includes(token)))).toBe(false);
    expect(few!.flat().map((row) => row.tokens)).toEqual(all!.flat().map((row) => row.tokens));
  });

  test('few programs are compiled, and progress counts prompts', async () => {
    const compiled: string[] = [];
    const runtime = eager('cpu');
    const counting = { ...runtime, prepare: (...args: Parameters<typeof runtime.prepare>) => (compiled.push(args[2].name), runtime.prepare(...args)) };
    const done: number[] = [];
    await generate(model, Array.from({ length: 12 }, (_, i) => prompts[i % 4]!), { ...options, maxNewTokens: 20, batchSize: 4, runtime: counting, onProgress: (p) => done.push(p.done) });
    expect(done).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(compiled.length).toBeLessThanOrEqual(7);
  });

  test('unless told, as many prompts are decoded at a time as memory has room for', async () => {
    const rowsOf = async () => {
      const rows: number[] = [];
      const runtime = eager('cpu');
      const counting = { ...runtime, prepare: (...args: Parameters<typeof runtime.prepare>) => (args[2].name === 'decode' && rows.push(args[1][0]!.shape[0]!), runtime.prepare(...args)) };
      await generate(model, prompts, { ...options, runtime: counting });
      return Math.max(...rows);
    };
    expect(await rowsOf()).toBe(12);
    const memory = vi.spyOn(os, 'totalmem').mockReturnValue(5e5);
    expect(await rowsOf()).toBe(3);
    memory.mockRestore();
  });

  test('sampling repeats with its seed, whatever the batch, and streams the tokens that it returns', async () => {
    const sample = { temperature: 0.9, topK: 50, topP: 0.95, seed: 4 };
    const streamed: number[][] = prompts.map(() => []);
    const onToken = ({ prompt, token }: { prompt: number; token: number }) => void streamed[prompt]!.push(token);
    const first = await generate(model, prompts, { maxNewTokens: 8, sample, onToken });
    expect(streamed).toEqual(first.map(([row]) => row!.tokens));
    expect(await generate(model, prompts, { maxNewTokens: 8, sample, batchSize: 1 })).toEqual(first);
    expect(await generate(model, prompts, { maxNewTokens: 8, sample: { ...sample, seed: 5 } })).not.toEqual(first);
    expect(await generate(model, prompts, { maxNewTokens: 8, sample: { topK: 1, seed: 1 } })).toEqual(await generate(model, prompts, { maxNewTokens: 8 }));
  });

  test('the runtime is told of a single call how many steps it may take, and nothing of a generator that is kept', async () => {
    const runtime = eager('cpu');
    const told: (number | undefined)[] = [];
    const listening = { ...runtime, prepare: (...args: Parameters<typeof runtime.prepare>) => (told.push(args[2].runs), runtime.prepare(...args)) };
    await generate(model, prompts.slice(0, 3), { beams: 2, maxNewTokens: 3, batchSize: 1, runtime: listening });
    expect(new Set(told.splice(0))).toEqual(new Set([9]));
    const kept = createGenerator(model, { runtime: listening });
    await kept.generate(prompts, { maxNewTokens: 3 });
    await kept.dispose();
    expect(new Set(told)).toEqual(new Set([undefined]));
  });

  test.each([{ beams: 1 }, { beams: 3, returnSequences: 2 }])('with $beams beams each prompt\'s sequences are told once, before the call ends', async (options) => {
    const told: (readonly Generated[])[] = [];
    const onSequences: GenerateOptions['onSequences'] = ({ prompt, sequences }) => {
      expect(told[prompt]).toBeUndefined();
      told[prompt] = sequences;
    };
    expect(await generate(model, prompts, { ...options, maxNewTokens: 4, batchSize: 2, onSequences })).toEqual(told);
  });

  test('a stop string ends a sequence where it is complete', async () => {
    const whole = await loadModel(fixture('gpt2'));
    const [[plain]] = (await generate(whole, [[5, 6, 7]], { maxNewTokens: 10, endTokens: [] })) as [[{ tokens: number[] }]];
    const stop = whole.tokenizer.decode(plain.tokens.slice(3, 5));
    const [[stopped]] = (await generate(whole, [[5, 6, 7]], { maxNewTokens: 10, endTokens: [], stopStrings: [stop] })) as [[{ tokens: number[] }]];
    expect(stopped.tokens).toEqual(plain.tokens.slice(0, stopped.tokens.length));
    expect(stopped.tokens.length).toBeLessThan(10);
    expect(whole.tokenizer.decode(stopped.tokens)).toContain(stop);
    expect(whole.tokenizer.decode(stopped.tokens.slice(0, -1))).not.toContain(stop);
    disposeModel(whole);
  });

  test('wrong options and prompts are refused by name', async () => {
    const fails = (prompts: number[][], bad: GenerateOptions, message: string) => expect(generate(model, prompts, bad)).rejects.toThrow(message);
    await fails([[1]], { sample: { seed: 1, temprature: 2 } } as never, 'generate sample: expected fields of temperature, topK, topP, seed, got temprature');
    await fails([[1]], { maxTokens: 5 } as never, 'generate: expected fields of maxNewTokens, minNewTokens');
    await fails([[1]], { beams: 0 }, 'beams: expected');
    await fails([[1]], { returnSequences: 2 }, 'returnSequences: expected 1 to beams = 1, got 2');
    await fails([[1]], { maxNewTokens: 5, minNewTokens: 6 }, 'minNewTokens');
    await fails([[1]], { forbiddenTokens: [400] }, 'forbiddenTokens: expected ids below 400');
    await fails([[1]], { forcedFirstToken: 400 }, 'forcedFirstToken: expected an id below 400, or null, got 400');
    await fails([[1]], { forcedLastToken: -1 }, 'forcedLastToken: expected an id below 400');
    await fails([[1]], { stopStrings: ['a', ''] }, 'stopStrings: expected texts that are not empty');
    await fails([[1], []], {}, 'prompt 1: expected at least one token');
    await fails([[1], [3, 400]], {}, 'prompt 1: expected ids below 400, got 400');
    await fails(['name : Zizzi'] as never, {}, "prompt 0: expected a list of token ids, got string. Encode it with the model's own tokenizer.");
    await fails('name : Zizzi' as never, {}, 'prompts: expected a list of prompts, got string');
    await fails([[1]], { prefix: { rows: {} } as never }, 'prefix: expected keys and values for each layer, or a list of those, got object');
    await fails([[1.5]], {}, 'prompt 0: expected ids below 400, got 1.5');
    await fails([[1]], { beams: 2, sample: { seed: 1 } }, 'sample: expected beams = 1');
    await fails([[1]], { sample: { seed: 1, topP: 0 } }, 'sample.topP: expected');
    await fails([[1]], { maxNewTokens: 128 }, 'expected at most 128 positions, got 0 (prefix) + 1 (prompt) + 128');
  });
});
