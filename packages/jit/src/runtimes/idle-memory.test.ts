import { expect, test } from 'vitest';
import { reserveIdleMemory } from './idle-memory.js';

test('programs keep no more together than they may, and what one releases another may keep', () => {
  const first = reserveIdleMemory(60, 100);
  expect(first.granted).toBe(true);
  const second = reserveIdleMemory(50, 100);
  expect(second.granted).toBe(false);
  expect(reserveIdleMemory(40, 100).granted).toBe(true);
  second.release();
  expect(reserveIdleMemory(1, 100).granted).toBe(false);
  first.release();
  first.release();
  expect(reserveIdleMemory(61, 100).granted).toBe(false);
  expect(reserveIdleMemory(60, 100).granted).toBe(true);
});
