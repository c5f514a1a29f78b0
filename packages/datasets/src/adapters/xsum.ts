import { defineDataset, type ReadContext } from '../define.js';
import { DatasetFormatError, show } from '../errors.js';
import { splitNames, type DataRecord, type SplitName } from '../example.js';
import { readBbcData } from '../formats/bbc-data.js';
import { needArray, needObject, needString, readJson, readJsonLines } from '../formats/json.js';
import { readParquet } from '../formats/parquet.js';
import { readLines, type Line } from '../io/lines.js';
import type { DataFile } from '../io/text.js';
import { xsumDownloads } from '../downloads/xsum.js';
import { xsumMini } from '../mini/xsum.js';
import { isInTopicSplit, readTopics, topicOf, type Topic, type TopicSplit } from './xsum-topics.js';

export type XsumOptions = {
  /** `all`, or the paper's two splits by the topic of the article's address. */
  readonly topics: TopicSplit;
};

/** The publisher's ids of each split. */
export const splitFile = 'XSum-TRAINING-DEV-TEST-SPLIT-90-5-5.json';

const hubName = { train: 'train', dev: 'validation', test: 'test' } as const;
const lineName = { train: 'train', dev: 'val', test: 'test' } as const;

/** The forms of a split's files, the first that is there is read; the last two need the split file. */
function formsOf(split: SplitName): string[] {
  const hub = hubName[split];
  return [`${hub}-*.parquet`, `${hub}/*.parquet`, `${hub}.jsonl`, `${hub}.json`, `${lineName[split]}.source`, 'xsum.jsonl', '*.data'];
}

/** An article's paragraphs on one line, as the `.source` files have them. */
export function joinParagraphs(document: string): string {
  const paragraphs = document.split('\n').map((paragraph) => paragraph.trim());
  return paragraphs.filter((paragraph) => paragraph !== '').join(' ');
}

/** XSum: the hub's Parquet and JSON lines, `.source` and `.target` lines, and the publisher's `.data` files. */
export const xsum = defineDataset<string, XsumOptions>({
  name: 'xsum',
  title: 'XSum',
  citation: {
    paper: 'Narayan, Cohen and Lapata 2018, Don’t Give Me the Details, Just the Summary!, EMNLP',
    url: 'https://github.com/EdinburghNLP/XSum',
    licence: 'MIT for the publisher’s code and lists; the articles are BBC copyright, for research only',
  },
  metrics: ['rouge-1', 'rouge-2', 'rouge-l'],
  options: { topics: 'all' },
  choices: { topics: ['all', 'news-to-sports', 'within-news'] },
  splits: { train: formsOf('train'), dev: formsOf('dev'), test: formsOf('test') },
  read: readXsum,
  linearise: joinParagraphs,
  slices: { news: ({ topic }) => topic === 'news', sport: ({ topic }) => topic === 'sport' },
  downloads: xsumDownloads,
  mini: xsumMini,
});

interface Article {
  /** Missing in line files, and then the record's number is used. */
  readonly id?: string | undefined;
  readonly document: string;
  readonly summary: string;
  readonly url?: string | undefined;
}

async function* readXsum(file: DataFile, context: ReadContext<XsumOptions>): AsyncGenerator<DataRecord<string>> {
  const { split, options } = context;
  let number = 0;
  for await (const { id, document, summary, url } of readArticles(file, context)) {
    const record = id ?? `${split}-${number}`;
    number++;
    const topic = await findTopic({ id, url }, { file, record, context });
    if (topic && !isInTopicSplit(topic, options.topics, split)) continue;
    yield { id: record, table: document, targets: [summary], labels: topic ? { topic: topic.topic, section: topic.section } : {} };
  }
}

function readArticles(file: DataFile, context: ReadContext<XsumOptions>): AsyncIterable<Article> {
  if (file.name.endsWith('.parquet')) return readParquetArticles(file);
  if (/\.source(\.gz)?$/.test(file.name)) return readLineArticles(file, context);
  if (/\.data(\.gz)?$/.test(file.name)) return readDataArticle(file, context);
  return readJsonArticles(file, context);
}

async function* readParquetArticles(file: DataFile): AsyncGenerator<Article> {
  for await (const { cells, row } of readParquet(file, ['document', 'summary', 'id'])) yield toArticle(cells, { file: file.name, record: row });
}

async function* readJsonArticles(file: DataFile, context: ReadContext<XsumOptions>): AsyncGenerator<Article> {
  const shared = /(^|\/)xsum\.jsonl(\.gz)?$/.test(file.name);
  const ids = shared ? await idsOf(context) : undefined;
  for await (const { value, line } of readJsonLines(file)) {
    if (ids && !ids.has(needString(value.id, { file: file.name, line, field: 'id' }))) continue;
    yield toArticle(value, { file: file.name, line });
  }
}

/** The hub has a few articles without text; they are part of the data, and an empty document is let through. */
function toArticle(cells: Readonly<Record<string, unknown>>, place: { file: string; line?: number; record?: number }): Article {
  const { document, url } = cells;
  if (typeof document !== 'string') throw new DatasetFormatError({ ...place, field: 'document' }, `expected text, got ${show(document)}.`);
  const summary = needString(cells.summary, { ...place, field: 'summary' });
  return { id: needString(cells.id, { ...place, field: 'id' }), document, summary, url: typeof url === 'string' ? url : undefined };
}

async function* readDataArticle(file: DataFile, context: ReadContext<XsumOptions>): AsyncGenerator<Article> {
  const id = file.name.replace(/^.*\//, '').replace(/\.data(\.gz)?$/, '');
  if ((await idsOf(context)).has(id)) yield { id, ...(await readBbcData(file)) };
}

/** Lines of `.source` and `.target` belong together by their number. */
async function* readLineArticles(file: DataFile, { folder }: ReadContext<XsumOptions>): AsyncGenerator<Article> {
  const name = file.name.replace(/\.gz$/, '').replace(/\.source$/, '.target');
  const other = folder.files.find((each) => each.name === name || each.name === `${name}.gz`);
  if (!other) throw new DatasetFormatError({ file: file.name }, `expected ${name} with the summaries beside it, got no such file. Put it there.`);
  const targets = readLines(other);
  try {
    for await (const { text: document, number } of readLines(file)) {
      const next = await targets.next();
      if (next.done) throw lineCountError(other, number - 1, file);
      yield { document, summary: needString((next.value as Line).text, { file: other.name, line: number, field: 'summary' }) };
    }
    const more = await targets.next();
    if (!more.done) throw lineCountError(file, more.value.number - 1, other);
  } finally {
    // Closes the file where the reader left in the middle.
    await targets.return(undefined);
  }
}

function lineCountError(short: DataFile, lines: number, long: DataFile): DatasetFormatError {
  return new DatasetFormatError({ file: short.name, line: lines }, `expected as many lines as ${long.name} has, got only ${lines}. Line n of both belong together.`);
}

async function idsOf({ folder, split, once }: ReadContext<XsumOptions>): Promise<ReadonlySet<string>> {
  const ids = await once('ids', async () => {
    const file = folder.match(splitFile)[0];
    if (!file) throw new DatasetFormatError({ file: folder.path }, `expected ${splitFile}, which says what article is in which split, got no such file. It is in the publisher's repository.`);
    const root = needObject(await readJson(file), { file: file.name, line: 1 });
    const listOf = (field: string) => new Set(needArray(root[field], { file: file.name, field }).map((id, n) => needString(id, { file: file.name, record: n + 1, field })));
    return Object.fromEntries(splitNames.map((name) => [name, listOf(hubName[name])])) as Record<SplitName, Set<string>>;
  });
  return ids[split];
}

interface TopicPlace {
  readonly file: DataFile;
  readonly record: string;
  readonly context: ReadContext<XsumOptions>;
}

/** From the record's own address or the publisher's list; a topic split needs it, the whole set does not. */
async function findTopic({ id, url }: Pick<Article, 'id' | 'url'>, { file, record, context }: TopicPlace): Promise<Topic | undefined> {
  const { options, folder, once } = context;
  if (url !== undefined) {
    const topic = topicOf(url);
    if (topic || options.topics === 'all') return topic;
    throw new DatasetFormatError({ file: file.name, record, field: 'url' }, `expected the address of a BBC article, got ${show(url)}.`);
  }
  if (options.topics === 'all') return undefined;
  const topics = await once('topics', () => readTopics(folder));
  const topic = id === undefined ? undefined : topics.get(id);
  if (topic) return topic;
  const cure = id === undefined ? 'Line files have no ids: use the Parquet, JSON or .data form.' : 'Complete XSum-WebArxiveUrls.txt.';
  throw new DatasetFormatError({ file: file.name, record, field: 'topic' }, `expected an address for the article, got none. ${cure}`);
}
