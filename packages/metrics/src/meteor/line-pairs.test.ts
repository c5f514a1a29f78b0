import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LinePairs } from './line-pairs.js';

const line = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '_', ' ', '0'), maxLength: 4 });

test('it answers as a map of the same pairs does, whatever the lines and their end', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(line, line), { maxLength: 40 }), fc.boolean(), fc.array(line), (pairs, ended, others) => {
      const text = pairs.map(([key, value]) => `${key}\n${value}\n`).join('');
      const [found, map] = [new LinePairs(ended ? text : text.slice(0, -1)), new Map(pairs)];
      expect(found.size).toBe(pairs.length);
      for (const key of [...map.keys(), ...others]) {
        expect(found.get(key)).toBe(map.get(key));
        expect(found.has(key)).toBe(map.has(key));
      }
    }),
  );
});
