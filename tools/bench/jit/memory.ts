/**
 * A process of its own that runs one program twice and prints, in bytes, what it had resident before (Node, TensorFlow.js and
 * ONNX Runtime) and the most it ever had, the weights' mapped pages included. Argument: one of the programs below.
 */
import { checkpoint, gelu, jit, layerNorm, onnxRuntime, type WeightLayout } from '@prefix-tuning/jit';
import * as tf from '@tensorflow/tfjs-core';
import { peakMemory } from '../machine.js';
import { batch, noise, past, prefixStep, weightsInFile } from './gpt2.js';

/** The prefix step, with its weights packed, mapped or in eight bits. */
async function prefix(weights: WeightLayout): Promise<void> {
  const { parameters, dispose } = weightsInFile();
  const step = jit(prefixStep(parameters), { runtime: onnxRuntime({ weights }) });
  for (let i = 0; i < 2; i++) await step({ past, batch });
  await step.dispose();
  dispose();
}

/** Gradients of 24 feed-forward blocks by their weights and the input, [4096, 256]; each keeps some ten times its input. */
async function blocks(run: (block: typeof feedForward, inputs: Block) => tf.Tensor): Promise<void> {
  const loss = (x: tf.Tensor, ...weights: tf.Tensor[]) => {
    const pairs = weights.slice(0, 24).map((up, l) => ({ up, down: weights[24 + l]! }));
    return tf.mean(pairs.reduce((x, pair) => run(feedForward, { x, ...pair }), x)) as tf.Scalar;
  };
  const step = jit((inputs: readonly tf.Tensor[]) => tf.grads(loss as (...x: tf.Tensor[]) => tf.Scalar)([...inputs]));
  const inputs = [noise([4096, 256], 1), ...[[256, 1024], [1024, 256]].flatMap((shape) => Array.from({ length: 24 }, () => noise(shape)))];
  for (let i = 0; i < 2; i++) await step(inputs);
  await step.dispose();
}
type Block = { readonly x: tf.Tensor; readonly up: tf.Tensor; readonly down: tf.Tensor };
const feedForward = ({ x, up, down }: Block): tf.Tensor => {
  const normal = layerNorm(x, tf.ones([256]), tf.zeros([256]), 1e-5) as tf.Tensor2D;
  return tf.add(x, tf.matMul(gelu(tf.matMul(normal, up as tf.Tensor2D), 'tanh') as tf.Tensor2D, down as tf.Tensor2D));
};

const programs: Readonly<Record<string, () => Promise<void>>> = {
  'prefix packed': () => prefix('packed'),
  'prefix mapped': () => prefix('mapped'),
  'prefix int8': () => prefix('int8'),
  blocks: () => blocks((block, inputs) => block(inputs)),
  'blocks checkpointed': () => blocks((block, inputs) => checkpoint(block, inputs)),
};

tf.env().set('PROD', true);
const nothing = jit((x: tf.Tensor) => tf.add(x, 1));
await nothing(noise([1]) as never);
const before = peakMemory();
await programs[process.argv[2] ?? '']!();
process.stdout.write(`${JSON.stringify({ before, peak: peakMemory() })}\n`);
