import { expect, test } from 'vitest';
import { listPlan } from '../plan/list.js';
import { makePlan } from '../plan/plan.js';
import { runsOf } from '../plan/run.js';
import { commandOf } from '../report/report.js';
import { recipe } from './cells.js';
import { paper, paperValues, table5 } from './paper.js';
import { profiles } from './profile.js';
import { methodRows } from './rows.js';
import { withSettings } from './settings.js';
import { tasks } from './tasks.js';

const profile = profiles.paper;
const cells = recipe({ sizes: profile.lowData.sizes, lengths: profile.lengths }, { own: false });
const options = { profile, tasks };

test('each number of the paper’s tables has a cell, and each cell of a table its numbers', () => {
  const inTable = (id: string) => cells.filter(({ exhibit }) => exhibit === id);
  const published = paper.table1.rows.filter(({ model }) => model !== 'sota-2020');
  expect(inTable('table1')).toHaveLength(published.length * 3);
  expect(inTable('table2')).toHaveLength(paper.table2.rows.length);
  expect(inTable('table3')).toHaveLength(paper.table3.rows.length * 2);
  expect(inTable('table4')).toHaveLength(paper.table4.rows.length);
  for (const id of ['table1', 'table2', 'table3', 'table4']) for (const cell of inTable(id)) expect(paperValues(cell), JSON.stringify(cell)).toBeDefined();
  const dart = cells.find(({ exhibit, task, row, model }) => exhibit === 'table1' && task === 'dart' && row === 'prefix-0.1%' && model === 'gpt2-large');
  expect(paperValues(dart!)).toEqual([46.7, 0.39, 0.45, 0.51, 0.94, 0.4]);
});

test('the paper profile trains with Table 5', () => {
  const published = paper.table5.rows.map(({ method, dataset }) => ({ method, dataset, ...table5(method, dataset as 'e2e') }));
  for (const { method, dataset, ...values } of published) {
    const row = method === 'prefix' ? (dataset === 'xsum' ? 'prefix-2%' : 'prefix-0.1%') : method;
    const cell = cells.find((each) => /table[12]/.test(each.exhibit) && each.row === row && each.task === dataset)!;
    const [spec] = runsOf(cell, options);
    expect({ ...spec!.hyperparameters, batchSize: spec!.batchSize, ...(method === 'prefix' ? { length: spec!.settings.length } : {}) }, `${method} ${dataset}`).toEqual(values);
    expect(spec!.objective).toBe(method === 'prefix' ? 'example-sum' : 'token-mean');
  }
  // Of BART's authors, whom the paper quotes.
  const smoothed = cells.flatMap((cell) => runsOf(cell, options)).filter(({ hyperparameters }) => hyperparameters.labelSmoothing !== undefined);
  expect(new Set(smoothed.map(({ model, method, hyperparameters }) => `${model} ${method} ${hyperparameters.labelSmoothing}`))).toEqual(new Set(['bart-large fine-tune 0.1']));
});

test('cells that are equal in all that decides them share their runs', () => {
  const whole = makePlan({}, options);
  const runsFor = (...only: string[]) => makePlan({ only }, options).runs.map(({ id }) => id);
  expect(runsFor('figure3')).toEqual(runsFor('figure6'));
  expect(runsFor('figure5')).toEqual(runsFor('figure7'));
  expect(runsFor('table1', 'table6')).toEqual(runsFor('table1'));
  expect(runsFor('table4')[0]).toBe('e2e_gpt2-medium_prefix-5_seed1');
  expect(runsFor('figure5')).toContain('e2e_gpt2-medium_prefix-5_table-to-text_n100.0_seed1');
  expect(runsFor('figure3')).toContain('e2e_gpt2-medium_prefix-5_table-to-text_n100.0_seed1');
  // Section 6.3: sizes 50, 100, 200, 500; five subsets, two seeds; two tasks, two methods.
  expect(runsFor('figure3')).toHaveLength(4 * 5 * 2 * 2 * 2);
  expect(new Set(whole.runs.map(({ id }) => id)).size).toBe(whole.runs.length);
});

test('both profiles give every cell its runs, and differ in settings alone', () => {
  const keys = (value: object): string[] => Object.keys(value).sort();
  expect(keys(profiles.mini)).toEqual(keys(profiles.paper));
  for (const each of Object.values(profiles)) {
    const { runs } = makePlan({}, { profile: each, tasks });
    expect(new Set(runs.map(({ spec }) => spec.method))).toEqual(new Set(Object.values(methodRows).map(({ method }) => method)));
  }
});

test('--set changes what it names', () => {
  const changed = withSettings(profile, ['lowData/subsets=2', 'lowData/sizes=50,100', 'tuned/prefix-0.1%/e2e/learningRate=0.001', 'models/gpt2-medium=somewhere']);
  expect(changed.lowData).toMatchObject({ subsets: 2, sizes: [50, 100], seeds: profile.lowData.seeds });
  expect(changed.tuned['prefix-0.1%'].e2e).toEqual({ ...profile.tuned['prefix-0.1%'].e2e, learningRate: 0.001 });
  expect(changed.models['gpt2-medium']).toBe('somewhere');
  const row = (setting: string) => withSettings(profile, [setting]).tuned['prefix-0.1%'].e2e;
  const { epochs, ...lasting } = profile.tuned['prefix-0.1%'].e2e!;
  expect(row('tuned/prefix-0.1%/e2e/steps=100')).toEqual({ ...lasting, steps: 100 });
  expect(row('tuned/prefix-0.1%/e2e/labelSmoothing=0.1')).toEqual({ ...lasting, epochs, labelSmoothing: 0.1 });
  expect(() => withSettings(profile, ['lowData/tuned/prefix/e2e/epochs=1'])).toThrow('expected one of learningRate, batchSize, length at epochs');
  expect(() => withSettings(profile, ['seeds=a'])).toThrow('--set seeds=a: expected numbers with commas between, each a whole number of at least 0, got a.');
  expect(() => withSettings(profile, ['test'])).toThrow('--set: expected path=value, got test.');
});

test('--set takes no value out of range', () => {
  const set = (...settings: string[]) => withSettings(profiles.mini, settings);
  for (const setting of ['seeds=1.5,-2', 'seeds=1,', 'test=-1', 'data/train=0', 'lowData/seeds=0', 'lowData/sizes=50,0', 'lengths/dart=1e99', 'lowData/devShare=1', 'shares/adapter-3%=3', 'tuned/fine-tune/e2e/learningRate=0', 'tuned/fine-tune/xsum/labelSmoothing=1', 'tuned/prefix-2%/xsum/length=2.5', 'decoding/summarization/beams=0']) {
    expect(() => set(setting), setting).toThrow(`--set ${setting}: expected`);
  }
  expect(() => set('data/write=1')).toThrow('--set data/write=1: expected true or false, got 1.');
  expect(set('data/write=false', 'test=0', 'seeds=2,1,2')).toMatchObject({ data: { write: false }, test: 0, seeds: [2, 1] });
  // What the profiles say is in range.
  for (const each of Object.values(profiles)) expect(set(...settingsOf({ ...each, data: profiles.mini.data }))).toMatchObject({ seeds: each.seeds, tuned: each.tuned, decoding: each.decoding });
});

/** Every number of a profile as a setting. */
function settingsOf(node: object, path = ''): string[] {
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'object' && !Array.isArray(value)) return settingsOf(value!, `${path}${name}/`);
    return typeof value === 'string' ? [] : [`${path}${name}=${String(value)}`];
  });
}

test('the list has each cell with its settings, and each task’s metrics', () => {
  const list = listPlan(makePlan({ only: ['table1'], dataset: ['e2e'] }, options), tasks);
  expect(list).toMatch(/table1 +e2e +gpt2-medium +prefix, length 5 +0\.00008 +5 epochs +10 +example-sum +1 +Prefix \(0\.1%\)\n/);
  expect(list).toContain('Metrics\n  E2E: BLEU, NIST, METEOR, ROUGE-L, CIDEr\n\n7 cells, 7 runs.');
});

test('a command can be given to a shell as it is written', () => {
  expect(commandOf([])).toBe('npm run reproduce');
  expect(commandOf(['--set', 'tuned/prefix-0.1%/e2e/steps=10', '--data', 'e2e=my data'])).toBe("npm run reproduce -- --set tuned/prefix-0.1%/e2e/steps=10 --data 'e2e=my data'");
});

test('frozen weights are of eight bits where the profile says so, in runs of their own', () => {
  const [cell] = cells;
  expect(runsOf(cell!, options)[0]).not.toHaveProperty('eightBits');
  expect(runsOf(cell!, { ...options, profile: withSettings(profile, ['eightBits=true']) })[0]).toMatchObject({ eightBits: true });
});
