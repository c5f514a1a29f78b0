import { miniModelFolder } from '@prefix-tuning/mini-models';
import type { ModelConfig } from '@prefix-tuning/model';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tuneCommand } from './index.js';
import { readPairs, readSources } from './pairs.js';
import { trainingLength, usualRate } from './recipe.js';
import { lastingName } from './tuned.js';

const names = ['The Black Kite', 'Maple Garden', 'Clover Inn', 'The Velvet Plum', 'Station Bridge', 'The Silver Spoon'];
const foods = ['Chinese', 'English', 'French', 'Indian', 'Italian', 'Japanese'];
const pairs = names.flatMap((name) => foods.map((food) => ({ source: `name : ${name} | food : ${food}`, target: `${name} serves ${food} food.` })));

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tune-'));
  data = await file('pairs.csv', ['source,target', ...pairs.map(({ source, target }) => `"${source}",${target}`)].join('\n'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

async function run(...args: string[]): Promise<string> {
  let printed = '';
  await tuneCommand(args, (text) => (printed += text));
  return printed;
}

const train = (...more: string[]) => run('train', '--model', 'mini-gpt2-medium', '--data', data, '--threads', '1', ...more);

test('trains on a CSV file, says what it came to, and writes with it', async () => {
  const out = join(folder, 'run');
  const printed = await train('--out', out, '--steps', '120');
  const [, before, after] = /loss per token, held-out pairs +([\d.]+) +([\d.]+)/.exec(printed)!;
  expect(Number(after)).toBeLessThan(Number(before) / 2);
  expect(printed).toContain('6,400 numbers kept, 0.33% of the model\'s.');
  const page = await readFile(join(out, 'report.html'), 'utf8');
  expect(page).toContain(`<tr><th>loss per token, held-out pairs</th><td>${before}</td><td>${after}</td></tr>`);
  expect(page.match(/<polyline class="training" points="([^"]+)"/)![1]!.split(' ')).toHaveLength(120);
  expect(JSON.parse(await readFile(join(out, 'tuned', 'adapter_config.json'), 'utf8'))).toMatchObject({
    peft_type: 'PREFIX_TUNING',
    num_virtual_tokens: 5,
    base_model_name_or_path: miniModelFolder('mini-gpt2-medium'),
  });

  const { source, target } = pairs[3]!;
  const printedTexts: string[] = [];
  await tuneCommand(['write', '--tuned', out, '--text', source, '--text', pairs[9]!.source, '--text', source, '--threads', '1'], (text) => printedTexts.push(text));
  const [one, other, again] = printedTexts.map((text) => text.trimEnd());
  expect([one, printedTexts.length]).toEqual([again, 3]);
  expect(other).toContain('Maple Garden');
  expect(one).toContain('The Black Kite');

  await expect(run('write', '--tuned', out, '--text', source, '--max-new-tokens', '400')).rejects.toThrow("--max-new-tokens: expected fewer than the model's 379 positions, got 400.");

  const outputs = join(folder, 'outputs.jsonl');
  const some = await file('some.jsonl', pairs.slice(0, 4).map((pair, i) => JSON.stringify(i === 0 ? { source: pair.source } : pair)).join('\n'));
  const scores = await run('write', '--tuned', out, '--data', some, '--out', outputs, '--threads', '1');
  expect(scores).toMatch(/^3 inputs, 3 references +score\n[- ]+\nBLEU +[\d.]+\nchrF2 +[\d.]+\nROUGE-L +[\d.]+\n/);
  const lines = (await readFile(outputs, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, string>);
  expect(lines).toHaveLength(4);
  expect(lines[3]).toEqual({ id: 'some.jsonl:4', source, output: one, target });

  // What was written before the command failed is not written again; damaged lines are, and what other settings gave.
  const unfinished = `${outputs}.unfinished`;
  const repeat = (...more: string[]) => run('write', '--tuned', out, '--data', some, '--out', outputs, '--threads', '1', ...more);
  const written = async () => (await readFile(outputs, 'utf8')).trimEnd().split('\n').map((line) => (JSON.parse(line) as { output: string }).output);
  await rm(outputs);
  await mkdir(outputs);
  await expect(repeat()).rejects.toThrow();
  await rm(outputs, { recursive: true });
  const left = await readFile(unfinished, 'utf8');
  const [header, ...kept] = left.trimEnd().split('\n');
  expect(kept.map((line) => JSON.parse(line))).toContainEqual([source, one]);
  await writeFile(unfinished, `${header}\n${JSON.stringify([source, 'Known already.'])}\n{"damaged"\n["${source}", "Half a l`);
  await repeat();
  expect(await written()).toEqual([...lines.slice(0, 3).map(({ output }) => output), 'Known already.']);
  expect(existsSync(unfinished)).toBe(false);
  await writeFile(unfinished, left.replace(one!, 'Known already.'));
  await repeat('--max-new-tokens', '90');
  expect(await written()).toEqual(lines.map(({ output }) => output));

  // Another run may not take the folder, nor change what it says of itself.
  const said = await readFile(join(out, 'tuned.json'), 'utf8');
  await expect(train('--out', out, '--steps', '120', '--method', 'lora')).rejects.toThrow('expected the settings of this run');
  expect(await readFile(join(out, 'tuned.json'), 'utf8')).toBe(said);
  // The same command again says the same, without training.
  expect(await train('--out', out, '--steps', '120')).toBe(printed);
});

test('trains an encoder-decoder model and infixes, sources cut', async () => {
  const [bart, infix] = [join(folder, 'bart'), join(folder, 'infix')];
  await run('train', '--model', 'mini-bart', '--data', data, '--out', bart, '--steps', '2', '--length', '2', '--max-source', '4', '--threads', '1');
  expect(await run('write', '--tuned', bart, '--text', pairs[0]!.source, '--beams', '1', '--max-new-tokens', '5', '--threads', '1')).toMatch(/\n$/);
  expect(await train('--out', infix, '--steps', '2', '--method', 'infix', '--eight-bits')).toContain('14,400 numbers kept');
  expect(JSON.parse(await readFile(join(bart, 'tuned.json'), 'utf8'))).toMatchObject({ model: 'mini-bart', method: 'prefix', maxSource: 4 });
});

test('held-out pairs that leave little room to write, or are known from training, are no error', async () => {
  const dev = await file('long.jsonl', [{ source: 'word '.repeat(360), target: 'x' }, pairs[0]!].map((pair) => JSON.stringify(pair)).join('\n'));
  expect(await train('--out', join(folder, 'long'), '--steps', '1', '--dev', dev)).toContain('1 of the 2 held-out pairs have a source that was trained on');
});

test('tables as spreadsheets save them', async () => {
  const columns = { source: 'source', target: 'target' };
  const read = async (name: string, content: string) => (await readPairs(await file(name, content), columns)).map(({ source, target }) => [source, target]);
  expect(await read('s.csv', '\uFEFFsource;target;;\r\na, b;"c; ""d""";;\r\ne;1,5;;\r\n;;;\r\n')).toEqual([['a, b', 'c; "d"'], ['e', '1,5']]);
  expect(await read('t.tsv', 'source\ttarget\na, b; c\td\n')).toEqual([['a, b; c', 'd']]);
  expect(await read('n.jsonl', '{"source":"a","target":3}')).toEqual([['a', '3']]);
  expect(await read('l.jsonl', '{"source":"a","target":["b","c"]}')).toEqual([['a', 'b'], ['a', 'c']]);
  await expect(read('m.jsonl', '{"source":"a","target":[]}')).rejects.toThrow('m.jsonl, line 1, field target: expected text');
  await expect(read('o.jsonl', '{"source":"a","target":["b",{}]}')).rejects.toThrow('o.jsonl, line 1, field target: expected text');
  expect(await readSources(await file('one.csv', 'source\na\n'), columns)).toEqual([{ id: 'one.csv:2', source: 'a', target: undefined }]);
});

test('a model is found again from another folder, one named as a shipped model, too', async () => {
  expect(lastingName('mini-bart')).toBe('mini-bart');
  expect(lastingName('openai-community/gpt2')).toBe('openai-community/gpt2');
  expect(lastingName('src')).toBe(join(process.cwd(), 'src'));
});

test('settings of a method, and words to start from', async () => {
  expect(await train('--out', join(folder, 'lora'), '--steps', '1', '--method', 'lora', '--set', 'rank=2')).toContain('5,120 numbers kept');
  expect(await train('--out', join(folder, 'words'), '--steps', '1', '--words', 'food name', '--set', 'kind=direct')).toContain('6,400 numbers kept');
  // What fine-tuning leaves is a model like any other, with its tokenizer.
  await train('--out', join(folder, 'whole'), '--steps', '1', '--method', 'fine-tune');
  expect(await train('--model', join(folder, 'whole', 'tuned'), '--out', join(folder, 'further'), '--steps', '1')).toContain('6,400 numbers kept');
  const settings = JSON.parse(await readFile(join(folder, 'words', 'settings.json'), 'utf8')) as object;
  expect(JSON.stringify(settings)).toMatch(/"kind":"direct".*"initialisation":"words"/);
  await expect(train('--out', 'x', '--method', 'lora', '--length', '3')).rejects.toThrow('lora settings: expected fields of rank, alpha, targets, got length.');
  await expect(train('--out', 'x', '--set', 'rank')).rejects.toThrow('--set: expected NAME=VALUE, got rank.');
});

describe('bad input', () => {
  const fails = (args: string[], message: string | RegExp) => expect(run(...args)).rejects.toThrow(message);
  const onFile = async (name: string, content: string, message: string | RegExp) =>
    fails(['train', '--model', 'mini-gpt2-medium', '--data', await file(name, content), '--out', join(folder, 'none')], message);

  test('of the command line', async () => {
    await fails([], /^expected a command, train or write, got none/);
    await fails(['train', '--modle', 'x'], /--modle/);
    await fails(['train', '--data', data, '--out', 'x'], /^--model: expected a value, got none/);
    await expect(train('--out', 'x', '--method', 'prefixes')).rejects.toThrow('--method: expected one of prefix, embedding-only');
    await expect(train('--out', 'x', '--steps', '1.5')).rejects.toThrow('--steps: expected a whole number of at least 1, got 1.5.');
    await expect(train('--out', 'x', '--learning-rate', 'fast')).rejects.toThrow('--learning-rate: expected a number of at least 0, got fast.');
    await expect(train('--out', 'x', '--steps', '1', '--epochs', '1')).rejects.toThrow('--epochs, --steps: expected one of them, got both');
    await fails(['write', '--tuned', join(folder, 'nowhere'), '--text', 'a'], 'expected the folder of prefix-tuning train, got none');
  });

  test('of the data', async () => {
    await onFile('a.csv', 'mr,ref\na,b\n', 'a.csv, line 1, field source: expected the columns source, target, got "mr", "ref". Name the columns with --source and --target.');
    await onFile('b.csv', 'source,target\na,\n', 'b.csv, line 2, field target: expected text');
    await onFile('c.csv', 'source,target\n', 'c.csv: expected at least one pair, got none');
    await onFile('d.txt', 'a', 'd.txt: expected a .csv or .jsonl file');
    await onFile('e.jsonl', '{"source":"a","target":"b"}\n{"source":"a"', 'e.jsonl, line 2: expected a JSON object');
    await onFile('f.csv', 'source,target\na,b\na,c\n', '--data: expected pairs with at least two different sources, got 2 with one');
    await onFile('g.jsonl', `${JSON.stringify({ source: 'word '.repeat(900), target: 'x' })}\n{"source":"b","target":"x"}`, /expected sequences of at most 379 tokens, got 90\d in g\.jsonl:1/);
  });
});

test('little data is trained on for as many steps as in the low-data runs of the paper', () => {
  expect(trainingLength({ epochs: undefined, steps: undefined, batchesPerEpoch: 20 })).toEqual({ steps: 400, warmupSteps: 100 });
  expect(trainingLength({ epochs: undefined, steps: undefined, batchesPerEpoch: 4206 })).toEqual({ steps: 21030 });
  expect(trainingLength({ epochs: 0.5, steps: undefined, batchesPerEpoch: 21 })).toEqual({ steps: 11 });
  const ofWidth = (width: number) => usualRate('prefix', { config: { width } as ModelConfig });
  expect([768, 160].map(ofWidth)).toEqual([8e-5, 7e-3]);
});
