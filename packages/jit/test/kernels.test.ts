/**
 * Every rule against TensorFlow.js's own cpu backend: values, and gradients where TensorFlow.js has them; gradients also
 * against finite differences. The last test fails when a rule has no case.
 */
import '@tensorflow/tfjs-backend-cpu';
import { createRng } from '@prefix-tuning/base';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { eager, hostTensor, onnxRuntime, rules, type FlatFunction, type HostTensor, type Runtime } from '../src/index.js';
import type { Case } from './kernels/case.js';
import { gradientInputs, groups } from './kernels/index.js';

const runtime = onnxRuntime();
const reference = eager('cpu');

async function run(on: Runtime, fn: FlatFunction, ...inputSets: (readonly HostTensor[])[]): Promise<HostTensor[][]> {
  const program = await on.prepare(fn, inputSets[0]!, { name: 'case', inputNames: [] });
  const outputs: HostTensor[][] = [];
  for (const inputs of inputSets) outputs.push(await program.run(inputs));
  await program.dispose();
  return outputs;
}

function expectEqual(ours: readonly HostTensor[], theirs: readonly HostTensor[], tolerance: number) {
  ours.forEach((output, i) => {
    const expected = theirs[i]!;
    expect({ dtype: output.dtype, shape: [...output.shape] }).toEqual({ dtype: expected.dtype, shape: [...expected.shape] });
    expected.data.forEach((value, j) => {
      const got = output.data[j]!;
      if (Number.isFinite(value)) expect(Math.abs(got - value), `output ${i}[${j}]: ${got} for ${value}`).toBeLessThanOrEqual(tolerance * (1 + Math.abs(value)));
      else expect(got).toBe(value);
    });
  });
}

const flat = ({ fn }: Case): FlatFunction => (x) => [fn(...x)].flat();

/** A number that depends on every output element with a weight of its own. */
function loss(of: Case): (x: tf.Tensor[]) => tf.Scalar {
  return (x) => {
    const weighted = flat(of)(x).map((y) => tf.sum(tf.mul(y, tf.reshape(tf.cos(tf.range(0, y.size)), y.shape))));
    return tf.addN(weighted) as tf.Scalar;
  };
}

function gradient(of: Case): FlatFunction {
  const wanted = gradientInputs(of);
  return (x) => {
    const free = (...tensors: tf.Tensor[]) => loss(of)(x.map((tensor, i) => (wanted.includes(i) ? tensors[wanted.indexOf(i)]! : tensor)));
    return tf.grads(free)(wanted.map((i) => x[i]!));
  };
}

/** Slopes of the loss along a random direction: by the gradient, and by a central difference. */
async function slopes(of: Case): Promise<{ byGradient: number; byDifference: number; scale: number }> {
  const STEP = 2 ** -11;
  const rng = createRng(3);
  const wanted = gradientInputs(of);
  const direction = of.inputs.map((input, i) => Float32Array.from(input.data, () => (wanted.includes(i) ? (rng.uniform() < 0.5 ? -1 : 1) : 0)));
  const moved = (step: number) =>
    of.inputs.map((input, i) => (wanted.includes(i) ? hostTensor(Float32Array.from(input.data, (x, j) => x + step * direction[i]![j]!), input.shape) : input));
  const [[gradients], losses] = await Promise.all([
    run(runtime, gradient(of), of.inputs),
    run(runtime, (x) => [loss(of)(x)], moved(STEP), moved(-STEP)),
  ]);
  const parts = gradients!.flatMap((g, i) => Array.from(g.data, (value, j) => value * direction[wanted[i]!]![j]!));
  const [up, down] = losses.map(([value]) => value!.data[0]!) as [number, number];
  const scale = parts.reduce((sum, part) => sum + Math.abs(part), Math.abs(up));
  return { byGradient: parts.reduce((a, b) => a + b, 0), byDifference: (up - down) / (2 * STEP), scale };
}

describe.each(Object.entries(groups))('%s', (_, cases) => {
  test.each(cases.map((c) => [`${c.kernel} ${c.note ?? ''}`.trim(), c] as const))('%s', async (_, of) => {
    const [[ours], [theirs]] = await Promise.all([run(runtime, flat(of), of.inputs), run(reference, flat(of), of.inputs)]);
    expectEqual(ours!, theirs!, 8e-6);
    if (gradientInputs(of).length === 0) return;
    const { byGradient, byDifference, scale } = await slopes(of);
    expect(Math.abs(byGradient - byDifference), `slope ${byGradient}, by difference ${byDifference}`).toBeLessThanOrEqual(2e-3 * (1 + scale));
    if (of.gradientNotOnCpu) return;
    const [[mine], [cpu]] = await Promise.all([run(runtime, gradient(of), of.inputs), run(reference, gradient(of), of.inputs)]);
    expectEqual(mine!, cpu!, 1e-5);
  });
});

test('every rule has a case', () => {
  const covered = new Set(Object.values(groups).flatMap((cases) => cases.map(({ kernel }) => kernel)));
  expect(Object.entries(rules).flatMap(([kernel, rule]) => (typeof rule === 'function' && !covered.has(kernel) ? [kernel] : []))).toEqual([]);
  expect([...covered].filter((kernel) => typeof rules[kernel as keyof typeof rules] !== 'function')).toEqual([]);
});
