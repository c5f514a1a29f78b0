import { onnxRuntime } from '@prefix-tuning/jit';
import { expect, test, vi } from 'vitest';
import { trainingRuntime } from './runtime.js';

vi.mock('@prefix-tuning/jit', { spy: true });

test('ONNX Runtime trains without a memory pattern, in as many threads as asked for', async () => {
  expect((await trainingRuntime()).name).toBe('onnx');
  expect(onnxRuntime).toHaveBeenLastCalledWith({ session: { enableMemPattern: false } });
  await trainingRuntime({ threads: 3 });
  expect(onnxRuntime).toHaveBeenLastCalledWith({ session: { enableMemPattern: false, intraOpNumThreads: 3 } });
  await trainingRuntime({ weights: 'int8' });
  expect(onnxRuntime).toHaveBeenLastCalledWith({ weights: 'int8', session: { enableMemPattern: false } });
});
