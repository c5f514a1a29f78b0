import { checkFields, ConfigError, FileError, type FieldsOf } from '@prefix-tuning/base';
import { cachedRecords } from './cache.js';
import type { DatasetDefinition, DatasetOptions } from './define.js';
import { pairsOf, splitNames, type DataRecord, type Example, type Pair, type SplitName } from './example.js';
import { openFolder, type DataFolder } from './io/folder.js';
import type { DataFile } from './io/text.js';
import { mergeOptions } from './options.js';
import { datasets, isDatasetName, type DatasetName, type OptionsOf, type TableOf } from './registry.js';

export interface LoadOptions<Table, Options> {
  /** Folder with the dataset's files, at any depth; or files in memory, see {@link memoryFolder}. */
  readonly folder: string | DataFolder;
  readonly options?: Partial<Options>;
  /** Instead of the definition's own. */
  readonly linearise?: (table: Table) => string;
  /** Folder for parsed records: the second reading of unchanged files is quicker, whatever their form. */
  readonly cache?: string;
}

const fields: FieldsOf<LoadOptions<never, DatasetOptions>> = { folder: true, options: true, linearise: true, cache: true };

/** One split, read anew from its files each time it is walked through; nothing is kept in memory. */
export interface Split extends AsyncIterable<Example> {
  readonly name: SplitName;
  /** The files it is read from; empty if the folder has none. */
  readonly files: readonly DataFile[];
  /** All examples at once. */
  toArray(): Promise<Example[]>;
  /** One (source, target) pair after another: what training reads. */
  pairs(): AsyncIterable<Pair>;
  /** The records before linearisation. */
  records(): AsyncIterable<DataRecord<unknown>>;
}

export interface Dataset extends Readonly<Record<SplitName, Split>> {
  readonly name: string;
  readonly definition: DatasetDefinition<unknown, DatasetOptions>;
  readonly folder: DataFolder;
  /** The definition's options with the caller's over them. */
  readonly options: DatasetOptions;
  /** The definition's linearisation, or the caller's. */
  readonly linearise: (table: unknown) => string;
}

/**
 * Opens a dataset that lies in a folder: one of the built-in ones by name, or a definition of your own.
 *
 * Files are found now and read when a split is walked through.
 *
 * @throws FileError    if the folder holds no file of any split
 * @throws ConfigError  for a dataset or an option that does not exist, or a value that an option cannot have
 */
export function loadDataset<N extends DatasetName>(name: N, options: LoadOptions<TableOf<N>, OptionsOf<N>>): Promise<Dataset>;
export function loadDataset<T, O extends DatasetOptions>(definition: DatasetDefinition<T, O>, options: LoadOptions<T, O>): Promise<Dataset>;
export async function loadDataset(
  dataset: string | DatasetDefinition<unknown, DatasetOptions>,
  given: LoadOptions<never, DatasetOptions>,
): Promise<Dataset> {
  checkFields('loadDataset', given, Object.keys(fields));
  const { folder: path, options = {}, linearise, cache } = given;
  const definition = typeof dataset === 'string' ? findDataset(dataset) : dataset;
  const folder = typeof path === 'string' ? await openFolder(path) : path;
  const context = {
    definition,
    folder,
    options: mergeOptions(definition, options),
    once: memo(),
    cache,
    linearise: (linearise as ((table: unknown) => string) | undefined) ?? ((table: unknown) => definition.linearise(table)),
  };
  const [train, dev, test] = splitNames.map((name) => openSplit(name, context));
  if (![train, dev, test].some((split) => split!.files.length > 0)) throw noFiles(definition, folder);
  return { name: definition.name, definition, folder, options: context.options, linearise: context.linearise, train: train!, dev: dev!, test: test! };
}

/**
 * A built-in dataset by name.
 *
 * @throws ConfigError  that lists the names there are
 */
export function findDataset(name: string): DatasetDefinition<unknown, DatasetOptions> {
  if (isDatasetName(name)) return datasets[name];
  throw new ConfigError(`dataset: expected one of ${Object.keys(datasets).join(', ')}, got ${JSON.stringify(name)}.`, { details: { name } });
}

interface LoadContext {
  readonly definition: DatasetDefinition<unknown, DatasetOptions>;
  readonly folder: DataFolder;
  readonly options: DatasetOptions;
  readonly once: <T>(name: string, make: () => Promise<T>) => Promise<T>;
  readonly linearise: (table: unknown) => string;
  readonly cache: string | undefined;
}

function memo(): LoadContext['once'] {
  const made = new Map<string, Promise<unknown>>();
  return <T>(name: string, make: () => Promise<T>) => {
    if (!made.has(name)) made.set(name, make());
    return made.get(name) as Promise<T>;
  };
}

function openSplit(name: SplitName, context: LoadContext): Split {
  const { definition, folder, options, once, linearise } = context;
  const files = findFiles(definition.splits[name], folder);
  async function* read() {
    if (files.length === 0) throw noFiles(definition, folder, name);
    for (const file of files) yield* definition.read(file, { split: name, folder, options, once });
  }
  const records = () => (context.cache === undefined || files.length === 0 ? read() : cachedRecords(read, { ...context, split: name, cache: context.cache! }));
  async function* examples() {
    for await (const { id, table, targets, labels = {} } of records()) yield { id, source: linearise(table), targets, labels };
  }
  async function* pairs() {
    for await (const example of examples()) yield* pairsOf(example);
  }
  return {
    name,
    files,
    records,
    pairs,
    toArray: () => collect(examples()),
    [Symbol.asyncIterator]: examples,
  };
}

/** All items of an iterable. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function findFiles(alternatives: readonly string[], folder: DataFolder): readonly DataFile[] {
  for (const pattern of alternatives) {
    const files = folder.match(pattern);
    if (files.length > 0) return files;
  }
  return [];
}

function noFiles({ name, splits }: LoadContext['definition'], folder: DataFolder, split?: SplitName): FileError {
  const wanted = (split ? [split] : splitNames).map((each) => `${each}: ${splits[each].join(' or ')}`).join('; ');
  return new FileError(`${folder.path}: expected files of ${name} (${wanted}), got ${folder.files.length} other files. Check the folder.`, {
    details: { folder: folder.path, dataset: name, split },
  });
}
