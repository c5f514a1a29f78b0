import { sizeOf } from '@prefix-tuning/jit';
import { expect, test } from 'vitest';
import { families } from '../index.js';
import type { KindName } from './kinds.js';

const configOf = (kind: KindName, raw: Record<string, unknown>) => families[kind].parseConfig(raw, 'config.json');
const common = { hidden_size: 64, intermediate_size: 64, num_hidden_layers: 8, num_attention_heads: 2, num_key_value_heads: 1, max_position_embeddings: 1000, vocab_size: 10 };

/** As the models' own files have them, less what changes nothing; parameters as published, and as transformers counts them. */
test.each([
  ['Qwen2.5 0.5B', 'qwen2', 494_032_768, {
    hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24, num_attention_heads: 14, num_key_value_heads: 2, vocab_size: 151936, max_position_embeddings: 32768,
    max_window_layers: 24, sliding_window: 32768, use_sliding_window: false, rope_theta: 1_000_000, hidden_act: 'silu', tie_word_embeddings: true,
  }],
  ['Qwen3 0.6B', 'qwen3', 596_049_920, {
    hidden_size: 1024, intermediate_size: 3072, num_hidden_layers: 28, num_attention_heads: 16, num_key_value_heads: 8, head_dim: 128, vocab_size: 151936, max_position_embeddings: 40960,
    attention_bias: false, rope_scaling: null, rope_theta: 1_000_000, sliding_window: null, use_sliding_window: false, tie_word_embeddings: true,
  }],
  ['Mistral 7B', 'mistral', 7_241_732_096, {
    hidden_size: 4096, intermediate_size: 14336, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 32000, max_position_embeddings: 32768,
    sliding_window: 4096, rope_theta: 10_000, tie_word_embeddings: false,
  }],
  ['SmolLM3 3B', 'smollm3', 3_075_098_624, {
    hidden_size: 2048, intermediate_size: 11008, num_hidden_layers: 36, num_attention_heads: 16, num_key_value_heads: 4, vocab_size: 128256, max_position_embeddings: 65536,
    no_rope_layer_interval: 4, rope_theta: 5_000_000, use_sliding_window: false, sliding_window: null,
  }],
  ['Gemma 3 270M', 'gemma3_text', 268_098_176, {
    hidden_size: 640, intermediate_size: 2048, num_hidden_layers: 18, num_attention_heads: 4, num_key_value_heads: 1, head_dim: 256, vocab_size: 262144, max_position_embeddings: 32768,
    attn_logit_softcapping: null, final_logit_softcapping: null, query_pre_attn_scalar: 256, rope_local_base_freq: 10_000, rope_theta: 1_000_000, sliding_window: 512, _sliding_window_pattern: 6,
  }],
] as const)('%s has the parameters that it is published with', (_, kind, parameters, raw) => {
  const family = families[kind];
  const shapes = Object.values(family.parameterShapes(family.parseConfig(raw, 'config.json')));
  expect(shapes.reduce((sum, shape) => sum + sizeOf(shape), 0)).toBe(parameters);
});

test('sliding attention leaves the positions of its window', () => {
  const positions = (kind: KindName, raw: object) => configOf(kind, { ...common, sliding_window: 100, ...raw }).maxPositions;
  expect(positions('mistral', {})).toBe(100);
  expect(positions('mistral', { sliding_window: null })).toBe(1000);
  expect(positions('gemma3_text', {})).toBe(100);
  for (const kind of ['qwen2', 'qwen3', 'smollm3'] as const) {
    expect(positions(kind, {})).toBe(1000);
    expect(positions(kind, { use_sliding_window: true })).toBe(100);
    expect(positions(kind, { layer_types: ['full_attention'], use_sliding_window: true })).toBe(1000);
    expect(positions(kind, { layer_types: ['full_attention', 'sliding_attention'] })).toBe(100);
  }
});

const thetas = (kind: KindName, raw: object) => configOf(kind, { ...common, ...raw }).ropes.map((rope) => rope?.theta);

test('SmolLM3 has layers without positions, every fourth or those of a list', () => {
  const [on, off] = [[7, 7, 7], [undefined]];
  expect(thetas('smollm3', { rope_theta: 7 })).toEqual([...on, ...off, ...on, ...off]);
  expect(thetas('smollm3', { rope_theta: 7, no_rope_layer_interval: 2 })).toEqual([7, undefined, 7, undefined, 7, undefined, 7, undefined]);
  expect(thetas('smollm3', { rope_theta: 7, no_rope_layers: [0, 1, 1, 1, 1, 1, 1, 0] })).toEqual([undefined, 7, 7, 7, 7, 7, 7, undefined]);
});

test("Gemma's layers turn by two bases, in older files and newer ones", () => {
  const expected = [3, 3, 3, 3, 3, 9, 3, 3];
  const kinds = (types: string) => [...types].map((type) => (type === 's' ? 'sliding_attention' : 'full_attention'));
  expect(thetas('gemma3_text', { rope_theta: 9, rope_local_base_freq: 3, sliding_window_pattern: 6 })).toEqual(expected);
  expect(thetas('gemma3_text', { rope_parameters: { full_attention: { rope_theta: 9 }, sliding_attention: { rope_theta: 3 } }, layer_types: kinds('sssssfss') })).toEqual(expected);
  const scaled = configOf('gemma3_text', { ...common, rope_scaling: { rope_type: 'linear', factor: 8 } }).ropes;
  expect([scaled[0]!.scaling, scaled[5]!.scaling]).toEqual([undefined, { factor: 8 }]);
});

test('what would be computed otherwise is refused', () => {
  expect(() => configOf('gemma3_text', { ...common, final_logit_softcapping: 30 })).toThrow('config.json: final_logit_softcapping: expected none, got 30. Choose another checkpoint.');
  expect(() => configOf('gemma3_text', { ...common, use_bidirectional_attention: true })).toThrow('use_bidirectional_attention: expected none');
  expect(() => configOf('mistral', { ...common, num_key_value_heads: 3 })).toThrow('num_key_value_heads');
});
