import { ConfigError, FileError } from '@prefix-tuning/base';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bleu } from '../bleu/bleu.js';
import { scoreCommand } from './score.js';

let folder: string;
const file = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'score-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const HYPS = 'the cat sat on the mat .\na dog barked at me\nthree birds sang here all day\n';

test('E2E references come in groups, and every column has its signature below the table', async () => {
  const refs = await file('refs.txt', 'the cat sat on a mat .\nthere was a cat on the mat\n\na dog barked\n\nthree birds sang all day\nbirds sang\n');
  const hyps = await file('hyps.txt', HYPS);
  const text = await scoreCommand(['--suite', 'e2e', '--refs', refs, '--hyps', hyps]);
  const references = [['the cat sat on a mat .', 'there was a cat on the mat'], ['a dog barked'], ['three birds sang all day', 'birds sang']];
  const want = bleu({ hypotheses: HYPS.trimEnd().split('\n'), references, style: 'mteval-v13a' });
  expect(text).toMatch(/system +BLEU +NIST +MET +R-L +CIDEr/);
  expect(text).toContain((want.score * 100).toFixed(1));
  expect(text).toContain(`BLEU: ${want.signature}`);
});

test('parallel reference files keep their empty lines; --against tests; --json gives everything', async () => {
  const refs = [await file('0.lex', 'the cat sat on a mat .\na dog barked\nthree birds sang\n'), await file('1.lex', 'a cat sat\n\nbirds sang all day\n')];
  const [hyps, other] = [await file('hyps.txt', HYPS), await file('other.txt', HYPS.replaceAll('the', 'this'))];
  const args = ['--suite', 'dart', '--refs', ...refs, '--hyps', hyps, other, '--against', other, '--samples', '20', '--json'];
  const result = JSON.parse(await scoreCommand(args)) as {
    systems: { system: string; columns: { name: string; score?: number; missing?: string }[]; comparisons: Record<string, { pValue: number }> }[];
  };
  expect(result.systems.map(({ system }) => system)).toEqual([hyps, other]);
  const references = [['the cat sat on a mat .', 'a cat sat'], ['a dog barked', ''], ['three birds sang', 'birds sang all day']];
  const want = bleu({ hypotheses: HYPS.trimEnd().split('\n'), references, style: 'multi-bleu' });
  expect(result.systems[0]!.columns[0]).toMatchObject({ name: 'BLEU', score: want.score });
  expect(result.systems[0]!.columns[5]!.missing).toContain('BLEURT');
  expect(result.systems[1]!.comparisons.BLEU!.pValue).toBeGreaterThan(0.9);
  expect(Object.keys(result.systems[0]!.comparisons)).toEqual(['BLEU', 'MET', 'TER']);
});

test('bad files and options are named', async () => {
  const refs = await file('short.lex', 'one\n');
  const hyps = await file('hyps.txt', HYPS);
  const run = (...args: string[]) => scoreCommand(args);
  await expect(run('--suite', 'dart', '--refs', refs, '--hyps', hyps)).rejects.toThrow(`${hyps}: expected an output for each of the 1 inputs with references, got 3 lines.`);
  await expect(run('--suite', 'dart', '--refs', hyps, refs, '--hyps', hyps)).rejects.toThrow(`${refs}: expected as many lines as ${hyps} has (3), got 1.`);
  await expect(run('--suite', 'xsum', '--refs', join(folder, 'none'), '--hyps', hyps)).rejects.toThrow(FileError);
  await writeFile(join(folder, 'latin1'), Uint8Array.of(0xe9, 0x0a));
  await expect(run('--suite', 'xsum', '--refs', join(folder, 'latin1'), '--hyps', hyps)).rejects.toThrow('bytes that are not UTF-8');
  await expect(run('--suite', 'e2e', '--refs', await file('blank.txt', '\n\n'), '--hyps', hyps)).rejects.toThrow('blank.txt: expected a reference a line, got empty lines alone.');
  const gap = await file('gap.txt', 'a\n\n\nb\n');
  await expect(run('--suite', 'e2e', '--refs', gap, '--hyps', hyps)).rejects.toThrow(`${gap}, line 3: expected a reference, got a second empty line.`);
  for (const args of [['--suite', 'wmt'], ['--suite', 'e2e'], ['--suite', 'e2e', '--refs', refs], ['--nope']]) {
    await expect(run(...args)).rejects.toThrow(ConfigError);
  }
  await expect(run('--suite', 'e2e', '--refs', refs, '--hyps', refs, '--method', 'luck')).rejects.toThrow('expected bootstrap or randomization, got luck');
  await expect(run('--help')).rejects.toThrow('--refs FILE...');
});

test('as a program it exits with 0, or with 1 and a line that says why', { timeout: 60_000 }, async () => {
  const hyps = await file('hyps.txt', HYPS);
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const run = (...args: string[]) => spawnSync(process.execPath, ['--conditions=prefix-tuning-source', '--import', 'tsx', main, '--suite', 'xsum', ...args], { encoding: 'utf8' });
  const good = run('--refs', hyps, '--hyps', hyps);
  expect([good.status, good.stderr]).toEqual([0, '']);
  expect(good.stdout).toMatch(/system +R-1 +R-2 +R-L/);
  const bad = run('--refs', hyps, '--hyps', join(folder, 'none'));
  expect([bad.status, bad.stdout]).toEqual([1, '']);
  expect(bad.stderr).toMatch(/^[^\n]*none[^\n]*\n$/);
});
