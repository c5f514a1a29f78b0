import { expect, test } from 'vitest';
import { createMemory } from './memory.js';

test('what a call kept is zeros for the next one, which gets the smallest that is large enough', () => {
  const memory = createMemory();
  const [small, large] = [memory.take(3).fill(NaN), memory.take(5).fill(NaN)];
  memory.keep([large, small]);
  const again = memory.take(2);
  expect(again.buffer).toBe(small.buffer);
  expect([...again]).toEqual([0, 0]);
  expect(memory.take(2).buffer).toBe(large.buffer);
});

test('nothing is handed out twice, and what was not taken again is let go', () => {
  const memory = createMemory();
  const [first, second] = [memory.take(4), memory.take(4)];
  memory.keep([first, second]);
  const taken = memory.take(4);
  memory.keep([taken]);
  expect(memory.take(4).buffer).toBe(taken.buffer);
  expect([first.buffer, second.buffer]).not.toContain(memory.take(4).buffer);
});
