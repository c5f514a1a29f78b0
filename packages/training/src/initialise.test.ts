import { createRng } from '@prefix-tuning/base';
import { expect, test } from 'vitest';
import { tinyModel, type TinyName } from '../test/tiny.js';
import { initialise } from './index.js';

test.each([['gpt2', 'ln_f.weight', 1], ['llama', 'norm.weight', 1], ['gemma3_text', 'norm.weight', 0], ['bart', 'decoder.layernorm_embedding.weight', 1]] as [TinyName, string, number][])(
  'a fresh %s has matrices of the deviation asked for, biases of 0, and norms that change nothing',
  async (name, norm, unit) => {
    const weights = initialise(await tinyModel(name), createRng(1), { deviation: 0.1 });
    expect(new Set(weights[norm]!.data)).toEqual(new Set([unit]));
    for (const [key, { data }] of Object.entries(weights)) if (key.endsWith('.bias')) expect(new Set(data), key).toEqual(new Set([0]));
    const matrices = Object.entries(weights).filter(([key, { shape }]) => shape.length === 2 && !key.endsWith('c_proj.weight')).flatMap(([, { data }]) => [...data]);
    expect(Math.sqrt(matrices.reduce((sum, x) => sum + x * x, 0) / matrices.length)).toBeCloseTo(0.1, 2);
  },
);
