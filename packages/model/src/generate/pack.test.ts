import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareTokens, packPrompts, packSize, PACK_TOKENS } from './pack.js';

const prompt = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 12 });
const beginnings = (prompts: readonly (readonly number[])[]) => new Set(prompts.flatMap((ids) => ids.map((_, i) => ids.slice(0, i + 1).join())));

describe('packed prompts', () => {
  test('paths spell the prompts, and in sorted order every beginning stands once, after what it follows', () => {
    fc.assert(
      fc.property(fc.array(prompt, { minLength: 1, maxLength: 12 }), (unsorted) => {
        const prompts = [...unsorted].sort(compareTokens);
        const { ids, paths } = packPrompts(prompts.map((ids) => ({ ids })));
        expect(paths.map((path) => path.map((place) => ids[place]))).toEqual(prompts);
        expect(ids.length).toBe(beginnings(prompts).size);
        for (const path of paths) expect(path).toEqual([...path].sort((a, b) => a - b));
      }),
    );
  });

  test('in any order paths spell the prompts', () => {
    fc.assert(
      fc.property(fc.array(prompt, { minLength: 1, maxLength: 12 }), (prompts) => {
        const { ids, paths } = packPrompts(prompts.map((ids) => ({ ids })));
        expect(paths.map((path) => path.map((place) => ids[place]))).toEqual(prompts);
      }),
    );
  });

  test('prompts with prefixes of their own share nothing, and their prefixes take room', () => {
    const ids = [1, 2, 3];
    expect(packPrompts([{ ids, own: 2 }, { ids, own: 2 }]).ids).toEqual([1, 2, 3, 1, 2, 3]);
    expect(packPrompts([{ ids, own: 2 }, { ids }, { ids }, { ids, own: 2 }]).ids).toEqual([...ids, ...ids, ...ids]);
    expect(packPrompts([{ ids }, { ids }]).ids).toEqual(ids);
    const long = { ids: Array.from({ length: 20 }, (_, i) => i), own: PACK_TOKENS / 2 };
    expect(packPrompts([long, long, long]).paths).toHaveLength(1);
  });

  test('a pack is as full as its limit allows, and one prompt always fits', () => {
    const apart = (count: number, length: number) => Array.from({ length: count }, (_, i) => ({ ids: Array.from({ length }, () => i) }));
    expect(packPrompts(apart(9, PACK_TOKENS / 4)).paths).toHaveLength(4);
    expect(packPrompts(apart(2, PACK_TOKENS + 1)).paths).toHaveLength(1);
    const [long] = apart(1, PACK_TOKENS + 1);
    expect(packPrompts([long!, long!, { ids: [...long!.ids, 1] }]).ids).toHaveLength(PACK_TOKENS + 2);
  });

  test('sizes hold their tokens and are few', () => {
    const sizes = Array.from({ length: 2 * PACK_TOKENS }, (_, i) => packSize(i + 1));
    sizes.forEach((size, i) => expect(size).toBeGreaterThan(i));
    expect(new Set(sizes.slice(0, PACK_TOKENS)).size).toBeLessThan(11);
  });
});
