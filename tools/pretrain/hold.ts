import { hostTensor, toTensor, type HostTensor } from '@prefix-tuning/jit';
import type { HostTensors, Tensors, Tuning } from '@prefix-tuning/training';
import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Finding } from './copying-heads.js';

export interface HeldTuning extends Tuning {
  /** The model's weights: what was trained, and what was held. */
  weights(trained: HostTensors): HostTensors;
}

/** Full fine-tuning of all weights but some, which stay as they are. */
export function holding(tuning: Tuning, held: Finding): HeldTuning {
  const parts = Object.fromEntries(Object.entries(held).map(([name, isHeld]) => [name, partOf(tuning.parameters[name]!, isHeld)]));
  const each = <T>(record: { readonly [name: string]: T }, fn: (part: HeldPart, trained: T) => T) =>
    Object.fromEntries(Object.entries(record).map(([name, trained]) => [name, parts[name] ? fn(parts[name], trained) : trained]));
  const weights = (trained: HostTensors): HostTensors =>
    each<HostTensor>(trained, ({ isHeld, start }, { data, shape }) => hostTensor(Float32Array.from(data, (x, i) => (isHeld(i) ? start[i]! : x)), shape));
  return {
    ...tuning,
    enter: (trained: Tensors) => ({ parameters: each<Tensor>(trained, ({ free, fixed }, value) => add(mul(value, free), fixed)) }),
    save: (folder, trained) => tuning.save(folder, weights(trained)),
    weights,
  };
}

interface HeldPart {
  readonly isHeld: (i: number) => boolean;
  readonly start: HostTensor['data'];
  /** 1 where the weight trains, else 0. */
  readonly free: Tensor;
  /** The weight where it is held, else 0. */
  readonly fixed: Tensor;
}

function partOf({ data: start, shape }: HostTensor, held: Finding[string]): HeldPart {
  const columns = shape.at(-1)!;
  const isHeld = (i: number) => held(Math.floor(i / columns), i % columns);
  const tensorOf = (value: (x: number, i: number) => number) => toTensor(hostTensor(Float32Array.from(start, value), shape));
  return { isHeld, start, free: tensorOf((_, i) => (isHeld(i) ? 0 : 1)), fixed: tensorOf((x, i) => (isHeld(i) ? x : 0)) };
}
