import { jit, type Hosted, type JitFunction } from '@prefix-tuning/jit';
import type { FoldOptions } from '@prefix-tuning/prefix';

/** Runs a program once and frees it. For what runs once, too: op by op, products take a hundred times as long. */
export const runOnce = <I, O>(program: JitFunction<I, O>, inputs: Hosted<I>): Promise<Hosted<O>> => program(inputs).finally(() => program.dispose());

/** For {@link foldPrefix}: the network as a program. */
export const compileFold: NonNullable<FoldOptions['compile']> = (fn) => async (parameters) => {
  const { shape, data } = await runOnce(jit(fn, { name: 'fold', runs: 1 }), parameters);
  return { dtype: 'float32', shape, data: new Float32Array(data) };
};
