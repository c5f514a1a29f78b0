import type { HostTensors } from '@prefix-tuning/training';
import { openSafetensors } from '@prefix-tuning/safetensors';
import { sizeOf } from '@prefix-tuning/jit';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a run gave, as `result.json` holds it; scores are computed from the outputs. */
export interface RunResult {
  readonly id: string;
  /** One text per test input, in order. */
  readonly outputs: readonly string[];
  readonly parameters: {
    readonly model: number;
    readonly trained: number;
    /** What is left after training: for a prefix the keys and values, without the network that made them. */
    readonly kept: number;
  };
  readonly savedBytes: number;
  readonly steps: number;
  /** Step whose parameters were kept: the last, or the best on the dev sample. */
  readonly keptStep: number;
  /** (step, training loss per target token), smoothed */
  readonly curve: readonly (readonly [number, number])[];
  /** (step, dev loss per target token) */
  readonly validation: readonly (readonly [number, number])[];
  /** Seconds of a step, without the compilation of programs: quartiles. */
  readonly stepSeconds: { readonly low: number; readonly median: number; readonly high: number };
  readonly seconds: { readonly train: number; readonly decode: number; readonly compile: number };
  /** Threads that ONNX Runtime had. */
  readonly threads: number;
}

/** Why a run failed, as `failure.json` holds it. */
export interface RunFailure {
  readonly id: string;
  readonly reason: string;
  readonly stack: string;
}

export const countOf = (tensors: HostTensors): number => Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);

/** Numbers and bytes that a method wrote into its folder. */
export async function savedSize(folder: string): Promise<{ parameters: number; bytes: number }> {
  const size = { parameters: 0, bytes: 0 };
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  for (const { parentPath, name } of files) {
    size.bytes += (await stat(join(parentPath, name))).size;
    if (!name.endsWith('.safetensors')) continue;
    const file = await openSafetensors(join(parentPath, name));
    for (const { shape } of file.tensors.values()) size.parameters += sizeOf(shape);
    await file.close();
  }
  return size;
}

/** Lower quartile, median and upper quartile. */
export function quartiles(values: readonly number[]): RunResult['stepSeconds'] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}
