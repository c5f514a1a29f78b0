import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';
import { splitNames, type DataRecord, type SplitName } from './example.js';
import type { DataFolder } from './io/folder.js';
import type { DataFile } from './io/text.js';

/** Who made the data, where it is described, and what one may do with it. */
export interface Citation {
  /** Authors, year, title, venue. */
  readonly paper: string;
  readonly url: string;
  /** SPDX name where there is one, and who states it. */
  readonly licence: string;
}

/** A file that its publisher offers, byte for byte the same for everyone. */
export interface Download {
  /** Name in the cache folder, such as `e2e/devset.csv`. */
  readonly file: string;
  readonly url: string;
  /** Of the file as it is fetched. */
  readonly checksum: Checksum;
}

/** What a file's bytes are pinned by, in hexadecimal: their SHA-256, or the id that Git gives them, which a commit lists. */
export interface Checksum {
  readonly kind: 'sha256' | 'git';
  readonly value: string;
}

/** What a reader is told beside the file. */
export interface ReadContext<Options> {
  readonly split: SplitName;
  readonly folder: DataFolder;
  readonly options: Options;
  /** Computes something once per loaded dataset, such as a list of ids that lies in a file of its own. */
  once<T>(name: string, make: () => Promise<T>): Promise<T>;
}

/** Settings of a dataset that change what it yields; plain values only, since they are part of a cache's key. */
export type DatasetOptions = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface DatasetDefinition<Table, Options extends DatasetOptions> {
  /** Lower-case name, as on the command line. */
  readonly name: string;
  readonly title: string;
  readonly citation: Citation;
  /** Names of the metrics that the dataset is scored with, such as `bleu`. */
  readonly metrics: readonly string[];
  /** Every option with its default. */
  readonly options: Options;
  /** The values that an option, or each item of one that is a list, can have; any, where none are named. */
  readonly choices?: { readonly [Name in keyof Options]?: readonly string[] };
  /**
   * The files of each split: alternatives, of which the first that is in the folder is read.
   * `*` stands for anything within a name, see {@link DataFolder.match}; `.gz` need not be mentioned.
   */
  readonly splits: Readonly<Record<SplitName, readonly string[]>>;
  /** Yields the records of one file, one at a time; a split of several files is read in natural order. */
  read(file: DataFile, context: ReadContext<Options>): AsyncIterable<DataRecord<Table>>;
  /** Raise it when the reader yields something else than before, so that no old cache is used. */
  readonly revision?: number;
  /** The text a model reads for a table. A caller can give another one. */
  linearise(table: Table): string;
  /** Names of a table's fields (slots, properties), for the statistics. */
  fields?(table: Table): readonly string[];
  /** Parts of a split that are scored on their own, by label: `{ seen: (labels) => labels.seen === 'yes' }`. */
  readonly slices?: Readonly<Record<string, (labels: Readonly<Record<string, string>>) => boolean>>;
  /** Where the files can be fetched. */
  readonly downloads?: readonly Download[];
  /** Files of the original format from a small made-up world, by name; the same seed gives the same bytes. */
  mini?(options: MiniOptions): Readonly<Record<string, string>>;
}

export interface MiniOptions {
  readonly seed: number | string;
  /** Tables or articles of each split. */
  readonly sizes: Readonly<Record<SplitName, number>>;
}

const fields: FieldsOf<DatasetDefinition<unknown, DatasetOptions>> = {
  name: true, title: true, citation: true, metrics: true, options: true, choices: true, splits: true, read: true, revision: true, linearise: true,
  fields: true, slices: true, downloads: true, mini: true,
};
const required = ['title', 'citation', 'metrics', 'options', 'read', 'linearise'] as const;

/**
 * Checks a definition and fills in nothing: what it returns is what was given, typed.
 *
 * Everything else (loading, caching, low-data samples, statistics, the contract tests) takes the definition as its argument.
 *
 * @throws ConfigError  if the name is not a plain lower-case word, a field is unknown or missing, choices are of an option
 *   that does not exist, or a split names no file
 */
export function defineDataset<Table, Options extends DatasetOptions>(
  definition: DatasetDefinition<Table, Options>,
): DatasetDefinition<Table, Options> {
  const { name, splits, options, choices = {} } = definition;
  if (!/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new ConfigError(`defineDataset: expected a name of lower-case letters, digits and dashes, got ${JSON.stringify(name)}.`);
  }
  const where = `defineDataset ${name}`;
  checkFields(where, definition, Object.keys(fields));
  const missing = required.find((field) => definition[field] === undefined);
  if (missing !== undefined) throw new ConfigError(`${where}: expected the field ${missing}, got none. Add it.`, { details: { name, missing } });
  checkFields(`${where} choices`, choices, Object.keys(options));
  for (const split of splitNames) {
    if (!splits?.[split]?.length) throw new ConfigError(`${where}: expected file names for the split ${split}, got none.`);
  }
  return definition;
}
