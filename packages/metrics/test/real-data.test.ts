import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bleu, cider, nist, rouge, type Segments } from '../src/index.js';
import { e2eReferences } from './goldens/real.js';
import { normalizeWebnlg } from '../src/tokenize/webnlg.js';

/**
 * The references' figures on the published data, which is not in this repository: PREFIX_TUNING_DATA names its folder.
 * tools/goldens/lexical/README.md says how they were made.
 */
const root = process.env.PREFIX_TUNING_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
/** Describes only where the data is: vitest runs the body of a skipped suite, too, and it would not find its files. */
const withData = (folder: string) => (name: string, body: () => void) =>
  existsSync(join(root, folder)) ? describe(name, body) : test.skipIf(true)(name, () => {});
const lines = (path: string) => readFileSync(join(root, path), 'utf8').trimEnd().split(/\r?\n/);

withData('dart/dart_reference')('DART: the second reference, or where there is none the first less its last word, less every seventh word, against all three', () => {
  const files = [0, 1, 2].map((n) => readFileSync(join(root, `dart/dart_reference/all-delex-reference${n}.lex`), 'utf8').split(/\r?\n/).slice(0, 5097));
  const segments: Segments = {
    hypotheses: files[0]!.map((first, i) => files[1]![i] || first.split(' ').slice(0, -1).join(' ')).map((text) => text.split(' ').filter((_, i) => i % 7 !== 3).join(' ')),
    references: files[0]!.map((_, i) => files.map((file) => file[i]!)),
  };

  test('BLEU is that of multi-bleu.perl', () => {
    const { score, parts } = bleu({ ...segments, style: 'multi-bleu' });
    expect(score.toFixed(2)).toBe('63.34');
    expect(parts.precisions.map((p) => p.toFixed(1)).join('/')).toBe('100.0/83.7/65.9/46.7');
    expect([parts.hypothesisLength, parts.referenceLength]).toEqual([104219, 116475]);
  });
});

withData('webnlg/references')("WebNLG: the challenge's references", () => {
  test('preparing a reference again changes nothing', () => {
    for (const text of lines('webnlg/references/gold-all-cat-reference0.lex')) expect(normalizeWebnlg(text)).toBe(text);
  });

  test('preparing the published texts gives the published references', () => {
    const xml = gunzipSync(readFileSync(join(root, 'webnlg/test/testdata_with_lex.xml.gz'))).toString('utf8');
    const first = [...xml.matchAll(/<entry [\s\S]*?<lex [^>]*>([^<]*)</g)].map((match) => match[1]!.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    expect(first.map(normalizeWebnlg)).toEqual(lines('webnlg/references/gold-all-cat-reference0.lex'));
  });
});

withData('e2e/devset.csv')('E2E: each input of the development set, its first reference against the others', () => {
  const several = e2eReferences(join(root, 'e2e/devset.csv')).filter((list) => list.length > 1);
  const segments: Segments = { hypotheses: several.map((list) => list[0]!), references: several.map((list) => list.slice(1)) };

  test('BLEU, NIST, ROUGE-L and CIDEr are those of the E2E scripts', { timeout: 180_000 }, () => {
    expect(segments.hypotheses.length).toBe(547);
    const scores = [bleu({ ...segments, style: 'mteval-v13a' }), nist(segments), rouge({ ...segments, style: 'coco' }), cider(segments)];
    expect(scores.map(({ score }) => score.toFixed(4))).toEqual(['0.5995', '8.5789', '0.6528', '1.8543']);
  });
});
