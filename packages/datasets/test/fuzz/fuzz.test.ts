import { createRng, PrefixTuningError } from '@prefix-tuning/base';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { datasets, loadDataset, memoryFolder, type DatasetDefinition, type DatasetName, type DatasetOptions, type Example } from '../../src/index.js';
import { mutate, type Mutant } from './mutate.js';

/** Spoilt files of each format; PREFIX_TUNING_FUZZ=10000 is the number that was run before a release. */
const mutants = Number(process.env['PREFIX_TUNING_FUZZ'] ?? 1000);

interface Format {
  readonly dataset: DatasetName;
  /** The file that is spoilt; others stay whole. */
  readonly file: string;
  readonly split: 'train' | 'dev' | 'test';
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** A file that is cut anywhere before its end is known to be cut. */
  readonly cutShows: boolean;
  /** Byte-order mark and line ends say nothing in this format. */
  readonly text: boolean;
  readonly options?: Readonly<Record<string, string>>;
}

const sizes = { train: 2, dev: 1, test: 2 };
const mini = (name: DatasetName) => datasets[name].mini!({ seed: 9, sizes });
const only = (files: Readonly<Record<string, string>>, ...names: string[]) => Object.fromEntries(names.map((name) => [name, files[name]!]));
const articles = mini('xsum')['train.jsonl']!.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<'document' | 'summary' | 'id', string>);
const oneLine = 'name : Café A | Type : pub | price : £ 20 - 25||Café A is a pub .\nname : B | area : riverside||B is by the river .\n';
const data = `[XSUM]URL[XSUM]\nhttp://www.bbc.co.uk/news/uk-${articles[0]!.id}\n\n[XSUM]INTRODUCTION[XSUM]\n${articles[0]!.summary}\n\n[XSUM]RESTBODY[XSUM]\n${articles[0]!.document}\n`;
const columns = (['document', 'summary', 'id'] as const).map((name) => ({ name, data: articles.map((article) => article[name]), type: 'STRING' as const }));
const splitFile = 'XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json';
const toJsonEntries = JSON.stringify({
  entries: [1, 2].map((n) => ({
    [n]: { category: 'Food', size: '1', xml_id: `Id${n}`, modifiedtripleset: [{ subject: `Café_${n}`, property: 'food', object: 'Rice' }], lexicalisations: [{ comment: 'good', lex: `Café ${n} has rice.` }] },
  })),
});

const formats: Readonly<Record<string, Format>> = {
  'E2E CSV': { dataset: 'e2e', file: 'trainset.csv', split: 'train', files: only(mini('e2e'), 'trainset.csv'), cutShows: false, text: true },
  'E2E source||target': { dataset: 'e2e', file: 'src1_train.txt', split: 'train', files: { 'src1_train.txt': oneLine }, cutShows: false, text: true },
  'WebNLG XML': { dataset: 'webnlg', file: 'test/testdata_with_lex.xml', split: 'test', files: only(mini('webnlg'), 'test/testdata_with_lex.xml'), cutShows: true, text: true },
  'WebNLG JSON': { dataset: 'webnlg', file: 'train.json', split: 'train', files: { 'train.json': toJsonEntries }, cutShows: true, text: true },
  'DART JSON': { dataset: 'dart', file: 'dart-v1.1.1-full-train.json', split: 'train', files: only(mini('dart'), 'dart-v1.1.1-full-train.json'), cutShows: true, text: true },
  'DART XML': { dataset: 'dart', file: 'dart-v1.1.1-full-test.xml', split: 'test', files: only(mini('dart'), 'dart-v1.1.1-full-test.xml'), cutShows: true, text: true },
  'XSUM JSON lines': { dataset: 'xsum', file: 'train.jsonl', split: 'train', files: only(mini('xsum'), 'train.jsonl'), cutShows: false, text: true },
  'XSUM Parquet': { dataset: 'xsum', file: 'train-0.parquet', split: 'train', files: { 'train-0.parquet': new Uint8Array(parquetWriteBuffer({ columnData: columns })) }, cutShows: true, text: false },
  'XSUM article files': {
    dataset: 'xsum', file: `${articles[0]!.id}.data`, split: 'train', files: { [`${articles[0]!.id}.data`]: data, ...only(mini('xsum'), splitFile) }, cutShows: false, text: true,
  },
  'XSUM split file': { dataset: 'xsum', file: splitFile, split: 'train', files: { 'xsum.jsonl': mini('xsum')['train.jsonl']!, ...only(mini('xsum'), splitFile) }, cutShows: true, text: true },
  'XSUM line files': {
    dataset: 'xsum', file: 'train.target', split: 'train', cutShows: false, text: true,
    files: { 'train.source': articles.map(({ document }) => `${document.replaceAll('\n', ' ')}\n`).join(''), 'train.target': articles.map(({ summary }) => `${summary}\n`).join('') },
  },
  'XSUM addresses': { dataset: 'xsum', file: 'XSum-WebArxiveUrls.txt', split: 'train', files: only(mini('xsum'), 'train.jsonl', 'XSum-WebArxiveUrls.txt'), cutShows: false, text: true, options: { topics: 'news-to-sports' } },
};

type Any = DatasetDefinition<unknown, DatasetOptions>;

async function read({ dataset, split, options = {} }: Format, files: Format['files']): Promise<Example[]> {
  const definition: Any = datasets[dataset];
  return (await loadDataset(definition, { folder: memoryFolder(files), options }))[split].toArray();
}

/** What reading a mutant came to: examples, or an error of ours that names the file. */
async function outcome(format: Format, bytes: Uint8Array): Promise<Example[] | PrefixTuningError> {
  try {
    return await read(format, { ...format.files, [format.file]: bytes });
  } catch (error) {
    if (!(error instanceof PrefixTuningError)) throw error;
    return error;
  }
}

/** Messages about a file's form, where no field is known. All others are about a value, and name its field. */
const aboutForm = new RegExp(
  `: expected (${[
    'UTF-8', 'JSON', 'a JSON object', 'well-formed XML', 'no document type', 'tags', 'text only', 'the end of the entry', '<benchmark>', 'an object', 'a list', '\\d+ cells', 'a cell', 'a closing quote', "a comma or the line's end",
    'source\\|\\|target', 'only the sections', 'as many lines', 'a Parquet file', 'the address',
  ].join('|')})`,
);

/** What is wrong with an error: it must be of a format, and name the file, the line or record, and a value's field. */
function faultOfError({ code, message, details }: PrefixTuningError, { file, dataset }: Format): string | undefined {
  const named = dataset === 'xsum' ? /\.(jsonl|json|parquet|data|txt|source|target)\b/.test(message) : message.includes(file);
  if (code !== 'DATASET_FORMAT' || !named) return `expected a format error that names ${file}, got ${message}`;
  const { line, record, field } = details;
  if (line === undefined && record === undefined && field === undefined) return `expected an error that names a line, a record or an element, got ${message}`;
  return field === undefined && !aboutForm.test(message) ? `expected an error that names a field, got ${message}` : undefined;
}

/** What is lost in silence: marks and line ends change nothing, and a file that is cut may lose the end of one record only. */
function faultOfExamples(examples: readonly Example[], whole: readonly Example[], { how, format }: { how: Mutant['how']; format: Format }): string | undefined {
  if (isDeepStrictEqual(examples, whole)) return undefined;
  if (format.text && (how === 'marked' || how === 'mixedLineEnds')) return 'expected the same examples, got others';
  if (how !== 'cut') return undefined;
  if (format.cutShows) return 'expected an error for a file that is cut, got examples';
  const pairs = (all: readonly Example[]) => all.flatMap(({ source, targets }) => targets.map((target) => `${source} => ${target}`));
  const known = new Set(pairs(whole));
  return pairs(examples).filter((pair) => !known.has(pair)).length > 1 ? 'expected one record that is cut at most, got more' : undefined;
}

test.each(Object.entries(formats))(
  '%s: spoilt files give an error of ours or what is in them',
  async (_, format) => {
    const whole = await read(format, format.files);
    expect(whole.length).toBeGreaterThan(0);
    const content = format.files[format.file]!;
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const rng = createRng('fuzz').fork(format.file);
    let refused = 0;
    for (let n = 0; n < mutants; n++) {
      const { bytes: spoilt, how } = mutate(rng, bytes);
      const fault = await outcome(format, spoilt).then(
        (result) => {
          if (!(result instanceof PrefixTuningError)) return faultOfExamples(result, whole, { how, format });
          refused++;
          return faultOfError(result, format);
        },
        (error: Error) => `expected an error of ours, got ${error.stack}`,
      );
      if (fault !== undefined) throw new Error(`mutant ${n} (${how}): ${fault}`);
    }
    expect(refused).toBeGreaterThan(mutants / 10);
  },
  1_800_000,
);
