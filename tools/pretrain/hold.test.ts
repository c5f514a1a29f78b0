import '@tensorflow/tfjs-backend-cpu';
import { hostTensor, toTensor } from '@prefix-tuning/jit';
import type { HostTensors, Tuning } from '@prefix-tuning/training';
import { expect, test } from 'vitest';
import { holding } from './hold.js';

test('held weights stay as they were, in training and in what is kept; the others are what was trained', async () => {
  const parameters = { table: hostTensor([1, 2, 3, 4, 5, 6], [2, 3]), free: hostTensor([7], [1]) };
  const saved: HostTensors[] = [];
  const save: Tuning['save'] = async (_, weights) => void saved.push(weights);
  const tuning = holding({ parameters, save } as unknown as Tuning, { table: (row, column) => row === 1 && column > 0 });
  const trained = { table: hostTensor([10, 20, 30, 40, 50, 60], [2, 3]), free: hostTensor([70], [1]) };
  const expected = [10, 20, 30, 40, 5, 6];
  expect([...tuning.weights(trained).table!.data]).toEqual(expected);
  expect([...tuning.weights(trained).free!.data]).toEqual([70]);
  await tuning.save('folder', trained);
  expect(saved).toEqual([tuning.weights(trained)]);
  const { parameters: entered } = tuning.enter({ table: toTensor(trained.table), free: toTensor(trained.free) });
  expect([...entered.table!.dataSync()]).toEqual(expected);
  expect([...entered.free!.dataSync()]).toEqual([70]);
});
