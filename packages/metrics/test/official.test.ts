import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadMeteorData, scoreSuite, type MeteorData, type SuiteCell } from '../src/index.js';
import official from './goldens/official.json' with { type: 'json' };
import { e2eReferences } from './goldens/real.js';

/**
 * Whole suites against the official scripts: multi-bleu.perl, METEOR 1.5 and tercom 0.7.25 on files laid out as
 * run_eval_on_dart.sh and run_eval_on_webnlg.sh lay them out, and E2E's measure_scores.py (tools/goldens/official.py).
 *
 * `PREFIX_TUNING_DATA` names the real datasets' folder, `PREFIX_TUNING_METEOR` METEOR's, `PREFIX_TUNING_SYSTEMS` one with
 * the outputs that DART's authors publish (Yale-LILY/dart, evaluation/example) and those of E2E's systems (tuetschek/e2e-eval,
 * system_outputs/primary). What is absent is skipped.
 */
const root = process.env['PREFIX_TUNING_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const meteorFolder = process.env['PREFIX_TUNING_METEOR'];
const systems = process.env['PREFIX_TUNING_SYSTEMS'];
const hasData = ['dart/dart_reference', 'webnlg/references', 'e2e/testset_w_refs.csv'].every((name) => existsSync(join(root, name)));

type Columns = Readonly<Record<string, number | string>>;

const lines = (path: string) => {
  const all = readFileSync(path, 'utf8').split(/\r?\n/);
  return all.at(-1) === '' ? all.slice(0, -1) : all;
};
const references = (pattern: string) => {
  const files = [0, 1, 2].map((n) => lines(join(root, pattern.replace('*', String(n)))));
  return files[0]!.map((_, i) => files.map((file) => file[i]!));
};

/** A stand-in for a system: the second reference, or the first less its last word, without every seventh word. */
const derive = ([first, second]: readonly string[]) => {
  const words = !second?.trim() ? first!.trim().split(/\s+/).slice(0, -1) : second.trim().split(/\s+/);
  return words.filter((_, i) => i % 7 !== 6).join(' ');
};

/** A field of a CSV file as it was before it was written. */
const unquote = (field: string) => (/^".*"$/.test(field) ? field.slice(1, -1).replaceAll('""', '"') : field);

/** For each entry of WebNLG's test file whether its category was seen. */
function webnlgSubsets(): ('seen' | 'unseen')[] {
  const unseen = ['Artist', 'Athlete', 'CelestialBody', 'MeanOfTransportation', 'Politician'];
  const xml = gunzipSync(readFileSync(join(root, 'webnlg/test/testdata_with_lex.xml.gz'))).toString('utf8');
  return [...xml.matchAll(/<entry [^>]*category="(\w+)"/g)].map((match) => (unseen.includes(match[1]!) ? 'unseen' : 'seen'));
}

describe.skipIf(!hasData)('suites equal the official scripts', { timeout: 600_000 }, () => {
  let meteor: MeteorData | undefined;
  beforeAll(async () => {
    if (meteorFolder && existsSync(join(meteorFolder, 'meteor-1.5.jar'))) meteor = await loadMeteorData({ folder: meteorFolder });
  }, 600_000);

  /** BLEU as printed; TER and METEOR to nine decimals. */
  function expectColumns(columns: readonly SuiteCell[], expected: Columns): void {
    for (const [name, value] of Object.entries(expected)) {
      const cell = columns.find((each) => each.name === name)!;
      if ('missing' in cell) throw new Error(`${name}: ${cell.missing}`);
      if (typeof value === 'string') expect(`${name} ${cell.value.toFixed(2)}`).toBe(`${name} ${value}`);
      else if (!name.startsWith('MET') || meteor) expect(cell.score.score, name).toBeCloseTo(value, 9);
    }
  }

  const outputs = (name: string, all: readonly (readonly string[])[]) => (name === 'derived' ? all.map(derive) : lines(join(systems!, name)));
  const has = (name: string) => name === 'derived' || (systems !== undefined && existsSync(join(systems, name)));

  test.each(Object.entries(official.dart as Record<string, Columns>).filter(([name]) => has(name)))('dart, outputs: %s', async (name, expected) => {
    const all = references('dart/dart_reference/all-delex-reference*.lex');
    const { columns } = await scoreSuite('dart', { hypotheses: outputs(name, all), references: all }, meteor ? { meteor } : {});
    expectColumns(columns, expected);
  });

  test.each(Object.entries(official.webnlg2017 as Record<string, Columns>).filter(([name]) => has(name)))('webnlg2017, outputs: %s', async (name, expected) => {
    const all = references('webnlg/references/gold-all-cat-reference*.lex');
    const input = { hypotheses: outputs(name, all), references: all, subsets: webnlgSubsets() };
    const { columns } = await scoreSuite('webnlg2017', input, meteor ? { meteor } : {});
    expectColumns(columns, expected);
  });

  test.each(Object.entries(official.e2e).filter(([name]) => has(name)))('e2e, outputs: %s', async (name, expected) => {
    const all = e2eReferences(join(root, 'e2e/testset_w_refs.csv'));
    // A system's file has a heading, then an input and its output a line, inputs in the test set's order.
    const rows = outputs(name, all).slice(name === 'derived' ? 0 : 1);
    const hypotheses = rows.map((line) => unquote(line.split('\t').at(-1)!).trim());
    const { columns } = await scoreSuite('e2e', { hypotheses, references: all }, meteor ? { meteor } : {});
    const printed = columns.map((cell) => ('missing' in cell ? cell.missing : cell.score.score.toFixed(4)));
    const { BLEU, NIST, METEOR, ROUGE_L, CIDEr } = expected;
    expect(printed).toEqual([BLEU, NIST, meteor ? METEOR : printed[2], ROUGE_L, CIDEr]);
  });
});
