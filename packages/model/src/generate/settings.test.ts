import { ConfigError } from '@prefix-tuning/base';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture } from '../../test/golden.js';
import { createGenerator, disposeModel, loadModel, type Model } from '../index.js';
import { resolveSettings } from './settings.js';

let bart: Model;
let gpt2: Model;
beforeAll(async () => {
  [bart, gpt2] = await Promise.all([loadModel(fixture('bart'), { withoutTokenizer: true }), loadModel(fixture('gpt2'))]);
});
afterAll(() => [bart, gpt2].forEach(disposeModel));

/** The model, with a generation_config.json that says this. */
const saying = (model: Model, raw: Record<string, unknown>): Model => ({ ...model, generationConfig: { ...model.generationConfig, raw } });

test('what a checkpoint says is the default, and options, null among them, come before it', () => {
  const own = saying(bart, {
    max_length: 62, min_length: 11, num_beams: 4, suppress_tokens: [3], bad_words_ids: [[4, 5]], stop_strings: 'x', forced_bos_token_id: 0, forced_eos_token_id: 2,
  });
  expect(resolveSettings({}, own)).toMatchObject({
    maxNewTokens: 61, minNewTokens: 10, beams: 4, forbiddenTokens: [3], forbiddenSequences: [[4, 5]], stopStrings: ['x'], forcedFirstToken: 0, forcedLastToken: 2,
  });
  const options = { forbiddenTokens: [], forbiddenSequences: [], stopStrings: [], forcedFirstToken: null, forcedLastToken: null };
  expect(resolveSettings(options, own)).toMatchObject(options);
  expect(resolveSettings({}, saying(gpt2, { stop_strings: ['a', 'b'], forced_bos_token_id: 0, max_length: 62 }))).toMatchObject({
    stopStrings: ['a', 'b'], forcedFirstToken: null, forcedLastToken: null, maxNewTokens: 20,
  });
});

test('an end token of the checkpoint outside its vocabulary is none, a given one is refused', () => {
  const own = { ...gpt2, generationConfig: { ...gpt2.generationConfig, eosTokenIds: [50256, 3, -1] } };
  expect(resolveSettings({}, own).endTokens).toEqual([3]);
  expect(() => resolveSettings({ endTokens: [50256] }, own)).toThrow('endTokens: expected ids below 400, got [50256]');
});

test("a checkpoint's minimum gives way to a lower maximum, a given one does not", () => {
  const own = saying(bart, { max_length: 142, min_length: 56 });
  expect(resolveSettings({}, own).minNewTokens).toBe(55);
  expect(resolveSettings({ maxNewTokens: 40 }, own).minNewTokens).toBe(40);
  expect(resolveSettings({ maxNewTokens: 40 }, saying(gpt2, { min_new_tokens: 50 })).minNewTokens).toBe(40);
  expect(() => resolveSettings({ maxNewTokens: 40, minNewTokens: 41 }, own)).toThrow('minNewTokens: expected 0 to maxNewTokens = 40, got 41');
});

test('what a checkpoint asks for and is not supported is refused, with its file and field', () => {
  const refused = (raw: Record<string, unknown>) => expect(() => resolveSettings({}, saying(gpt2, raw)));
  refused({ begin_suppress_tokens: [7] }).toThrow(/gpt2\/generation_config\.json \(or config\.json\): begin_suppress_tokens: expected null.*got \[7\]\. Take it out/);
  refused({ encoder_no_repeat_ngram_size: 3 }).toThrow('encoder_no_repeat_ngram_size: expected 0');
  refused({ forced_eos_token_id: [1, 2] }).toThrow('forced_eos_token_id: expected one token id');
  refused({ num_beam_groups: 2 }).toThrow(ConfigError);
  refused({ begin_suppress_tokens: null, encoder_no_repeat_ngram_size: 0, guidance_scale: 1, num_beam_groups: 1, renormalize_logits: false }).not.toThrow();
});

test('a generator takes no option that it would not heed', () => {
  expect(() => createGenerator(gpt2, { weights: 'int8' } as never)).toThrow('createGenerator: expected fields of runtime, got weights.');
});
