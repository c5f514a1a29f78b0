import { PrefixTuningError } from '@prefix-tuning/base';
import { add } from '@tensorflow/tfjs-core';
import type { Runtime } from '../runtime.js';
import { hostTensor } from '../values.js';
import { eager } from './eager.js';
import { onnxRuntime } from './onnx.js';

/** A runtime that was asked for by name is not there. */
export class RuntimeNotFoundError extends PrefixTuningError {
  readonly code = 'RUNTIME_NOT_FOUND';
}

/** A known runtime: there and working, or the reason why not. */
export type FoundRuntime = { readonly name: string; readonly runtime: Runtime } | { readonly name: string; readonly missing: string };

interface Candidate {
  readonly name: string;
  /** Whether it is chosen without being asked for. */
  readonly automatic: boolean;
  /** Throws where it is not installed. */
  find(): Promise<Runtime>;
}

/** Imports a package that need not be there, out of sight of bundlers. */
const optional = (name: string): Promise<unknown> => import(/* @vite-ignore */ /* webpackIgnore: true */ name);

const eagerOn = (backend: string, packages: () => string) => async (): Promise<Runtime> => {
  await optional(packages());
  return eager(backend);
};

/** A tfjs-node that was built somewhere else (docs/tfjs-node.md) is named by its entry file. */
const tfjsNode = (): string => globalThis.process?.env.PREFIX_TUNING_TFJS_NODE ?? '@tensorflow/tfjs-node';

const onnxOn = (provider: string) => async (): Promise<Runtime> => onnxRuntime({ session: { executionProviders: [provider] } });

/** In the order in which they are tried. Only what someone installed on purpose stands before the default. */
const candidates: readonly Candidate[] = [
  { name: 'tfjs-node-gpu', automatic: true, find: eagerOn('tensorflow', () => '@tensorflow/tfjs-node-gpu') },
  { name: 'tfjs-node', automatic: true, find: eagerOn('tensorflow', tfjsNode) },
  { name: 'onnx', automatic: true, find: async () => onnxRuntime() },
  { name: 'onnx-worker', automatic: false, find: async () => onnxRuntime({ worker: true }) },
  { name: 'onnx-cuda', automatic: false, find: onnxOn('cuda') },
  { name: 'onnx-webgpu', automatic: false, find: onnxOn('webgpu') },
  { name: 'wasm', automatic: false, find: eagerOn('wasm', () => '@tensorflow/tfjs-backend-wasm') },
  { name: 'webgpu', automatic: false, find: eagerOn('webgpu', () => '@tensorflow/tfjs-backend-webgpu') },
  { name: 'cpu', automatic: false, find: eagerOn('cpu', () => '@tensorflow/tfjs-backend-cpu') },
];

/** Names that {@link findRuntime} knows. */
export const runtimeNames: readonly string[] = candidates.map(({ name }) => name);

/** Whether a runtime that loads also computes; GPU providers load on machines without a GPU. */
async function probe(runtime: Runtime): Promise<void> {
  const program = await runtime.prepare(([x]) => [add(x!, 1)], [{ dtype: 'float32', shape: [1] }], { name: 'probe', inputNames: ['x'] });
  const [sum] = await program.run([hostTensor([1], [1])]);
  await program.dispose();
  if (sum?.data[0] !== 2) throw new Error(`1 + 1 gave ${sum?.data[0]}`);
}

async function look({ name, find }: Candidate): Promise<FoundRuntime> {
  try {
    const runtime = await find();
    await probe(runtime);
    return { name, runtime };
  } catch (error) {
    return { name, missing: error instanceof Error ? error.message.split('\n')[0]! : String(error) };
  }
}

/** Tries every known runtime on this machine. */
export async function listRuntimes(): Promise<FoundRuntime[]> {
  const found: FoundRuntime[] = [];
  // One after the other: some change the active TensorFlow.js backend while they load.
  for (const candidate of candidates) found.push(await look(candidate));
  return found;
}

/**
 * The runtime to use on this machine: tfjs-node-gpu or tfjs-node where one is installed and works, else ONNX Runtime
 * on the CPU (in a browser, onnxruntime-web).
 *
 * @param name  asks for one runtime instead, by its name in {@link runtimeNames}
 * @throws RuntimeNotFoundError  with the reason why each runtime was passed over
 */
export async function findRuntime(name?: string): Promise<Runtime> {
  const wanted = candidates.filter((candidate) => (name === undefined ? candidate.automatic : candidate.name === name));
  const reasons: string[] = [];
  for (const candidate of wanted) {
    const found = await look(candidate);
    if ('runtime' in found) return found.runtime;
    reasons.push(`${found.name}: ${found.missing}`);
  }
  throw new RuntimeNotFoundError(
    `findRuntime: expected ${name === undefined ? 'a working runtime' : `one of ${runtimeNames.join(', ')}`}, got ${name ?? 'none'}` +
      `${reasons.length ? ` (${reasons.join('; ')})` : ''}. Install its package; see the README of @prefix-tuning/jit.`,
    { details: { name, reasons } },
  );
}
