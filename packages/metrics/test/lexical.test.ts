import { describe, expect, test } from 'vitest';
import { chrf } from '../src/index.js';
import { hashInputs } from './inputs/hash.js';
import { inputs } from './inputs/index.js';
import { readOutputs } from './inputs/outputs.js';
import { UNLIKE } from './inputs/unlike.js';
import { readLexicalGoldens, testLexical } from './lexical-goldens.js';

describe('on made-up outputs', () => {
  const golden = readLexicalGoldens('lexical.json');

  test('the inputs are those that the goldens were computed from', () => {
    expect(hashInputs()).toBe(golden.inputs);
  });

  for (const [name, segments] of Object.entries(inputs)) testLexical(name, segments, { ...golden, unlike: UNLIKE[name as keyof typeof inputs] });
});

/** A folder of systems' outputs that tools/goldens/system_outputs.py gathers; they are not ours to ship. */
const folder = process.env['PREFIX_TUNING_OUTPUTS'];
if (folder === undefined) test.skip('on 2,000 outputs of published systems');
else {
  describe('on 2,000 outputs of published systems', () => {
    const golden = readLexicalGoldens('lexical-outputs.json');
    const outputs = readOutputs(folder);

    test('the outputs are those that the goldens were computed from', () => {
      expect(hashInputs(outputs)).toBe(golden.inputs);
    });

    for (const [name, segments] of Object.entries(outputs)) testLexical(name, segments, golden);
  });
}

test('chrF without an order to count is refused', () => {
  expect(() => chrf({ hypotheses: ['a'], references: [['a']], charOrder: 0 })).toThrow('not both 0, got 0 and 0');
});
