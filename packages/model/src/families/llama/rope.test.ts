import { ConfigError } from '@prefix-tuning/base';
import { expect, test } from 'vitest';
import { frequencies, parseRope } from './rope.js';

/** Of transformers 5.17, with heads of 24 numbers. */
const llama3 = [1, 0.3350316, 0.1122462, 0.03760603, 0.01259921, 0.004221135, 4.295567e-4, 1.480645e-5, 4.960627e-6, 1.661967e-6, 5.568119e-7, 1.865495e-7];
const linear = [0.25, 0.1160397, 0.05386086, 0.025, 0.01160397, 0.005386087, 0.0025, 0.001160397, 5.386086e-4, 2.5e-4, 1.160397e-4, 5.386085e-5];

const rope = (config: Record<string, unknown>) => parseRope({ max_position_embeddings: 131072, ...config }, 'config.json');
const scaling = { factor: 32, high_freq_factor: 4, low_freq_factor: 1, original_max_position_embeddings: 8192, rope_type: 'llama3' };

test.each([
  ["Llama 3.2's own file", { rope_theta: 500_000, rope_scaling: scaling }, llama3],
  ['the same as transformers 5 writes it', { rope_parameters: { ...scaling, rope_theta: 500_000 } }, llama3],
  ['positions that count slower', { rope_scaling: { type: 'linear', factor: 4 } }, linear],
  ['none', { rope_scaling: null, rope_parameters: { rope_type: 'default', rope_theta: 10_000 } }, linear.map((frequency) => 4 * frequency)],
])('frequencies equal transformers: %s', (_, config, expected) => {
  frequencies(rope(config), 24).forEach((frequency, i) => expect(Math.abs(frequency / expected[i]! - 1)).toBeLessThan(1e-6));
});

test('what is not known or not there is refused', () => {
  expect(() => rope({ rope_scaling: { rope_type: 'yarn', factor: 4 } })).toThrow('config.json: rope_type: expected one of default, linear, llama3, got "yarn". Choose another checkpoint.');
  expect(() => rope({ rope_scaling: { ...scaling, low_freq_factor: undefined } })).toThrow(ConfigError);
});
