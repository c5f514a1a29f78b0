import { expect, test } from 'vitest';
import { hostTensor } from '../values.js';
import { onnxRuntime } from './onnx.js';

test('a machine for which ONNX Runtime has no library is named, with what there is', async () => {
  const { arch } = process;
  Object.defineProperty(process, 'arch', { value: 'pdp11' });
  try {
    const x = hostTensor([1], [1]);
    const refused = onnxRuntime().prepare(([y]) => [y!], [x], { name: 'f', inputNames: ['x'] });
    await expect(refused).rejects.toThrow(/^onnxRuntime: expected onnxruntime-node to load on \w+ pdp11, got: Cannot find module '[^\n]+'\. It has libraries for Linux.*pass another runtime/);
  } finally {
    Object.defineProperty(process, 'arch', { value: arch });
  }
});
