import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadMeteorData, scoreSuite, type MeteorData, type SuiteCell } from '../src/index.js';
import official from './goldens/official.json' with { type: 'json' };

/**
 * Whole suites against the official scripts: multi-bleu.perl, METEOR 1.5 and tercom 0.7.25 on files laid out as
 * run_eval_on_dart.sh and run_eval_on_webnlg.sh lay them out (tools/goldens/official.py).
 *
 * `PREFIX_TUNING_DATA` names the real datasets' folder, `PREFIX_TUNING_METEOR` METEOR's, `PREFIX_TUNING_SYSTEMS` one with
 * the outputs that DART's authors publish (Yale-LILY/dart, evaluation/example). What is absent is skipped.
 */
const root = process.env['PREFIX_TUNING_DATA'] ?? new URL('../../../../shared/data', import.meta.url).pathname;
const meteorFolder = process.env['PREFIX_TUNING_METEOR'];
const systems = process.env['PREFIX_TUNING_SYSTEMS'];
const hasData = existsSync(join(root, 'dart/dart_reference')) && existsSync(join(root, 'webnlg/references'));

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
  const words = second!.trim() === '' ? first!.trim().split(' ').slice(0, -1) : second!.trim().split(' ');
  return words.filter((_, i) => i % 7 !== 6).join(' ');
};

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
});
