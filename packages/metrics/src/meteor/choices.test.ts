import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Choices } from './choices.js';
import { MatchTable } from './matches.js';

test('choices know the most that one of them adds, the most of those that add less, and where the former end', () => {
  const matches = fc.array(fc.record({ stage: fc.nat(1), words: fc.integer({ min: 1, max: 4 }) }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(matches, (list) => {
      const table = new MatchTable();
      list.forEach(({ stage, words }, i) => {
        table.stage[i] = stage;
        table.length[i] = table.hypothesisLength[i] = words;
      });
      const choices = new Choices(table);
      choices.clear();
      list.forEach((_, i) => choices.add(i));
      const merits = [...choices.merit.subarray(0, list.length)];
      const most = Math.max(...merits);
      expect(choices.mostMerit).toBe(most);
      expect(choices.otherMerit).toBe(Math.max(0, ...merits.filter((merit) => merit < most)));
      if (most > 0) expect(choices.mostEnd).toBe(merits.lastIndexOf(most) + 1);
    }),
  );
});
