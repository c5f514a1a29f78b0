import { checkFields, nodeModule, PrefixTuningError } from '@prefix-tuning/base';
import type { DatasetDefinition, DatasetOptions } from './define.js';
import { splitNames, type Example } from './example.js';
import { collect, loadDataset, type Dataset, type Split } from './load.js';
import { writeMiniData } from './mini/write.js';
import { formatManifest, sampleLowData } from './sample.js';
import { datasetStatistics } from './statistics.js';

const { isDeepStrictEqual } = nodeModule('node:util');
const { appendFile, cp, mkdtemp, readFile, rm, truncate, writeFile } = nodeModule('node:fs/promises');
const { tmpdir } = nodeModule('node:os');
const { join } = nodeModule('node:path');

/** A dataset does not do what every dataset must; the message says what was expected. */
export class ContractError extends PrefixTuningError {
  readonly code = 'CONTRACT';
}

/** One thing that every dataset must do; hand it to any test runner: `test(name, run)`. */
export interface ContractTest {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export interface ContractOptions {
  /** Folder with files of the dataset; a few hundred examples are plenty. Each test reads it anew, none writes to it. */
  readonly folder: string;
  /** Options to load with, if not the defaults. */
  readonly options?: Partial<DatasetOptions>;
}

/**
 * The tests that every dataset of this toolkit passes, the built-in ones too.
 *
 * @throws ConfigError  for an option that does not exist
 */
export function datasetContract<T, O extends DatasetOptions>(definition: DatasetDefinition<T, O>, given: ContractOptions): readonly ContractTest[] {
  checkFields('datasetContract', given, ['folder', 'options']);
  const { folder, options = {} } = given;
  const any: DatasetDefinition<unknown, DatasetOptions> = definition;
  const load = (path = folder, cache?: string) => loadDataset(any, { folder: path, options, ...(cache === undefined ? {} : { cache }) });
  const tests: Readonly<Record<string, () => Promise<void>>> = {
    'says whose data it is and how it is scored': async () => checkDeclaration(any),
    'yields examples with unique ids, sources, texts and labels': async () => forSplits(await load(), checkExamples),
    'yields the same when it is read twice': async () => forSplits(await load(), checkTwice),
    'can be left in the middle': async () => forSplits(await load(), checkLeaving),
    'comes out of the cache as it went in': () => inTemporary(async (cache) => forSplits(await load(folder, cache), (split) => checkCache(split, load()))),
    'gives the same low-data sample for the same seed': async () => checkSample(await load()),
    'is counted right': async () => checkStatistics(await load()),
    'answers damaged files with an error of its own, or reads them': () => checkDamage(folder, load),
    ...(any.mini ? { 'writes mini files that are its own': () => checkMini(any) } : {}),
  };
  return Object.entries(tests).map(([name, run]) => ({ name: `${any.name} ${name}`, run }));
}

function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ContractError(message);
}

async function checkDeclaration({ name, title, citation, metrics }: DatasetDefinition<unknown, DatasetOptions>): Promise<void> {
  expectThat(title !== '', `${name}: expected a title, got none.`);
  for (const [field, text] of Object.entries(citation)) expectThat(text !== '', `${name}: expected citation.${field}, got an empty text.`);
  expectThat(metrics.length > 0, `${name}: expected at least one metric, got none.`);
}

async function forSplits(dataset: Dataset, check: (split: Split) => Promise<void>): Promise<void> {
  for (const name of splitNames) if (dataset[name].files.length > 0) await check(dataset[name]);
}

/** What a model's tokenizer might take for more than text. */
const modelTokens = ['<|endoftext|>', '<s>', '</s>', '<pad>'];

async function checkExamples(split: Split): Promise<void> {
  const ids = new Set<string>();
  for await (const example of split) {
    checkExample(example, `${split.name} ${example.id}`);
    expectThat(!ids.has(example.id), `${split.name}: expected each id once, got ${example.id} twice.`);
    ids.add(example.id);
  }
  expectThat(ids.size > 0, `${split.name}: expected at least one example, got none.`);
}

function checkExample({ id, source, targets, labels }: Example, where: string): void {
  expectThat(id !== '', `${where}: expected an id, got an empty one.`);
  expectThat(source.trim() !== '' && !source.includes('\n'), `${where}: expected a source on one line, got ${JSON.stringify(source)}.`);
  const token = modelTokens.find((each) => source.includes(each) || targets.some((target) => target.includes(each)));
  expectThat(token === undefined, `${where}: expected plain text, got a model's token ${token}.`);
  for (const target of targets) expectThat(target.trim() !== '', `${where}: expected texts, got an empty one.`);
  for (const value of Object.values(labels)) expectThat(typeof value === 'string', `${where}: expected labels that are text, got ${typeof value}.`);
}

async function checkTwice(split: Split): Promise<void> {
  expectThat(isDeepStrictEqual(await split.toArray(), await split.toArray()), `${split.name}: expected the same examples twice, got others.`);
}

async function checkLeaving(split: Split): Promise<void> {
  for await (const first of split) {
    const [again] = await split.toArray();
    return expectThat(isDeepStrictEqual(first, again), `${split.name}: expected the same first example after leaving, got another.`);
  }
}

async function checkCache(split: Split, plain: Promise<Dataset>): Promise<void> {
  await collect(split);
  const expected = await (await plain)[split.name].toArray();
  expectThat(isDeepStrictEqual(await split.toArray(), expected), `${split.name}: expected records that survive JSON, got others from the cache.`);
}

async function checkSample(dataset: Dataset): Promise<void> {
  if (dataset.train.files.length === 0 || dataset.dev.files.length === 0) return;
  const draw = async (seed: number) => formatManifest((await sampleLowData(dataset, { size: 3, seed })).manifest);
  expectThat((await draw(0)) === (await draw(0)), 'sample: expected the same ids for the same seed, got others.');
}

async function checkStatistics(dataset: Dataset): Promise<void> {
  const { splits } = await datasetStatistics(dataset);
  await forSplits(dataset, async (split) => {
    const examples = await split.toArray();
    const pairs = examples.reduce((sum, { targets }) => sum + targets.length, 0);
    const counted = splits[split.name];
    expectThat(counted?.examples === examples.length && counted.pairs === pairs, `${split.name}: expected ${examples.length} examples and ${pairs} pairs, got ${counted?.examples} and ${counted?.pairs}.`);
  });
}

async function inTemporary(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'dataset-contract-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Ways to spoil a file. */
const damages: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'cut in the middle': async (path) => truncate(path, Math.floor((await readFile(path)).length / 2)),
  'with bytes that are no text': (path) => appendFile(path, Buffer.from([0xff, 0xfe, 0xfd, 0x22, 0x0a])),
  emptied: (path) => writeFile(path, ''),
};

async function checkDamage(folder: string, load: (path: string) => Promise<Dataset>): Promise<void> {
  for (const [how, damage] of Object.entries(damages)) {
    await inTemporary(async (copy) => {
      await cp(folder, copy, { recursive: true });
      for (const name of splitNames) for (const { path } of (await load(copy))[name].files.slice(0, 1)) await damage(path);
      await forSplits(await load(copy), async (split) => {
        await collect(split).catch((error: unknown) => {
          expectThat(error instanceof PrefixTuningError, `${split.name}, file ${how}: expected an error of the toolkit, got ${String(error)}.`);
        });
      });
    });
  }
}

async function checkMini(definition: DatasetDefinition<unknown, DatasetOptions>): Promise<void> {
  const sizes = { train: 12, dev: 6, test: 8 };
  expectThat(isDeepStrictEqual(definition.mini!({ seed: 1, sizes }), definition.mini!({ seed: 1, sizes })), 'mini: expected the same files for the same seed, got others.');
  await inTemporary(async (folder) => {
    await writeMiniData(definition, { folder, seed: 1, sizes });
    const dataset = await loadDataset(definition, { folder });
    for (const name of splitNames) {
      const { length } = await dataset[name].toArray();
      expectThat(length === sizes[name], `mini ${name}: expected ${sizes[name]} examples, got ${length}.`);
    }
  });
}
