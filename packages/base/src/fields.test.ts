import { expect, test } from 'vitest';
import { checkFields, ConfigError } from './index.js';

test('a field that is not known is an error that names it, the known ones and the cure', () => {
  expect(() => checkFields('train', { seed: 1 }, ['seed', 'model'])).not.toThrow();
  expect(() => checkFields('train', { seed: 1, modle: 2, constructor: 3 }, ['seed', 'model'])).toThrow(ConfigError);
  expect(() => checkFields('train', { seed: 1, modle: 2, constructor: 3 }, ['seed', 'model'])).toThrow(
    'train: expected fields of seed, model, got modle, constructor. Correct the name, or leave it out.',
  );
  expect(() => checkFields('gpt2', { seed: 1 }, [])).toThrow('gpt2: expected fields of no name, got seed.');
});

test('what is no object is an error of its own', () => {
  const check = (given: unknown) => () => checkFields('train', given as object, ['seed']);
  expect(check(undefined)).toThrow(ConfigError);
  expect(check(undefined)).toThrow('train: expected fields of seed, got undefined. Pass an object.');
  expect(check(null)).toThrow('got null');
  expect(check('seed')).toThrow('got seed. Pass an object.');
  expect(check(Promise.resolve({ seed: 1 }))).toThrow('got a promise. Await it.');
});
