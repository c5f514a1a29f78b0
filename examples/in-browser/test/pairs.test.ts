import { expect, test } from 'vitest';
import { pace } from '../src/pace.js';
import { readPairs } from '../src/pairs.js';

test('pairs are read from CSV and from JSON lines', async () => {
  const pairs = [
    { id: 'line 2', source: 'a, b', target: 'c' },
    { id: 'line 4', source: 'd', target: 'e' },
  ];
  expect(await readPairs('source,target\n"a, b",c\n\nd,e')).toEqual(pairs);
  expect(await readPairs('\n{"source":"a, b","target":"c"}\n\n{"target":"e","source":"d"}\n')).toEqual(pairs);
});

test.each([
  ['source\na\n', 'examples, line 1, field target: expected the columns source, target, got "source". Begin with the line source,target.'],
  ['source,target\n', 'examples: expected at least one example, got a first line alone.'],
  ['source,target\na,\n', 'examples, line 2, field target: expected text, got "". Fill it in or remove the record.'],
  ['source,target\n"a,b\n', 'examples, line 2: expected a closing quote'],
  ['{"source":"a","target":"b"}\n{"source":"a"}', 'examples, line 2, field target: expected text, got undefined.'],
  ['{"source":"a","target":"b"}\n{"source":', 'examples, line 2: expected a JSON object'],
])('%j is refused by line', async (text, message) => {
  await expect(readPairs(text)).rejects.toThrow(message);
});

test('the pace is that of the last steps, and what came before the first ended does not count', () => {
  const after = pace(100);
  expect(after(1, 60_000)).toBeUndefined();
  expect(after(2, 60_500)).toEqual({ stepsPerSecond: 2, secondsLeft: 49 });
  for (let step = 3; step <= 12; step++) after(step, 60_500 + 1000 * (step - 2));
  expect(after(13, 71_500)).toEqual({ stepsPerSecond: 1, secondsLeft: 87 });
});
