import { defineDataset, type ReadContext } from '../define.js';
import { DatasetFormatError, show } from '../errors.js';
import type { DataRecord } from '../example.js';
import { readBenchmarkXml } from '../formats/benchmark-xml.js';
import { needArray, needObject, needString, readJson } from '../formats/json.js';
import type { DataFile } from '../io/text.js';
import { colon, linearisation, type LineariseRules, type Triple } from '../linearise.js';
import { dartDownloads } from '../downloads/dart.js';
import { dartMini } from '../mini/dart.js';

/** The four ways DART's texts came about, and the annotation sources that each holds (Nan et al. 2021, section 2). */
export const dartPartitions = {
  manual: ['WikiTableQuestions_lily', 'WikiTableQuestions_mturk', 'WikiSQL_lily'],
  automatic: ['WikiSQL_decl_sents'],
  webnlg: ['webnlg'],
  e2e: ['e2e'],
} as const;

export type DartPartition = keyof typeof dartPartitions;

export type DartOptions = {
  /** Only texts of these partitions, and no triple set that has none. */
  readonly partitions: readonly DartPartition[];
};

/** `subject : relation : object`, the relation in lower case (the paper's code). */
export const dartRules: LineariseRules<Triple> = {
  cell: ({ subject, property, object }) => colon(subject, property.toLowerCase(), object),
  start: '',
  separator: ' | ',
};

const names = (split: string) => [`dart-v1.1.1-full-${split}.json`, `dart-v1.1.1-full-${split}.xml`];

/** DART 1.1.1, JSON and XML. */
export const dart = defineDataset<readonly Triple[], DartOptions>({
  name: 'dart',
  title: 'DART 1.1.1',
  citation: {
    paper: 'Nan et al. 2021, DART: Open-Domain Structured Data Record to Text Generation, NAACL',
    url: 'https://github.com/Yale-LILY/dart',
    licence: 'MIT (publisher’s LICENSE); the e2e and webnlg parts derive from those sets',
  },
  metrics: ['bleu', 'meteor', 'ter', 'moverscore', 'bertscore', 'bleurt'],
  options: { partitions: Object.keys(dartPartitions) as DartPartition[] },
  choices: { partitions: Object.keys(dartPartitions) },
  splits: { train: names('train'), dev: names('dev'), test: names('test') },
  read: readDart,
  linearise: linearisation(dartRules),
  fields: (table) => table.map(({ property }) => property),
  downloads: dartDownloads,
  mini: dartMini,
});

interface DartEntry {
  readonly id: string;
  readonly triples: readonly Triple[];
  readonly texts: readonly { readonly text: string; readonly source: string }[];
  readonly line?: number | undefined;
}

async function* readDart(file: DataFile, { options }: ReadContext<DartOptions>): AsyncGenerator<DataRecord<readonly Triple[]>> {
  const asked = new Set<string>(options.partitions);
  const isJson = /\.json(\.gz)?$/.test(file.name);
  const entries = isJson ? readDartJson(file) : readDartXml(file);
  for await (const { id, triples, texts, line } of entries) {
    const known = texts.map(({ text, source }) => ({ text, partition: partitionOf(source, { file: file.name, line, record: id }) }));
    const chosen = known.filter(({ partition }) => asked.has(partition));
    if (chosen.length === 0 && known.length > 0) continue;
    // The published test file holds one empty text beside a good one (Id116); a text is only missed where all are empty.
    const targets = chosen.map(({ text }) => text.trim()).filter((text) => text !== '');
    if (targets.length === 0) {
      const place = { file: file.name, line, record: id, field: isJson ? 'annotations' : 'lex' };
      throw new DatasetFormatError(place, 'expected at least one text, got none. Fill it in or remove the entry.');
    }
    yield { id, table: triples, targets, labels: { partition: [...new Set(chosen.map(({ partition }) => partition))].join('+') } };
  }
}

function partitionOf(source: string, place: { file: string; line?: number | undefined; record: string }): DartPartition {
  const found = Object.entries(dartPartitions).find(([, sources]) => (sources as readonly string[]).includes(source));
  if (found) return found[0] as DartPartition;
  const all = Object.values(dartPartitions).flat().join(', ');
  throw new DatasetFormatError({ ...place, field: 'source' }, `expected one of ${all}, got ${show(source)}.`);
}

async function* readDartXml(file: DataFile): AsyncGenerator<DartEntry> {
  for await (const { id, modified, texts, line } of readBenchmarkXml(file)) {
    yield { id, triples: modified, texts: texts.map(({ text, comment }) => ({ text, source: comment })), line };
  }
}

/** `[{tripleset: [[s, p, o]], annotations: [{source, text}]}]`; ids as the XML has them, `Id1` for the first. */
async function* readDartJson(file: DataFile): AsyncGenerator<DartEntry> {
  for (const [n, item] of needArray(await readJson(file), { file: file.name, line: 1 }).entries()) {
    const place = { file: file.name, record: n + 1 };
    const { tripleset, annotations } = needObject(item, place);
    const triples = needArray(tripleset, { ...place, field: 'tripleset' }).map((triple) => toTriple(triple, { ...place, field: 'tripleset' }));
    if (triples.length === 0) throw new DatasetFormatError({ ...place, field: 'tripleset' }, 'expected at least one triple, got none.');
    const texts = needArray(annotations, { ...place, field: 'annotations' }).map((annotation) => {
      const { text, source } = needObject(annotation, { ...place, field: 'annotations' });
      if (typeof text !== 'string') throw new DatasetFormatError({ ...place, field: 'text' }, `expected text, got ${show(text)}.`);
      return { text, source: needString(source, { ...place, field: 'source' }) };
    });
    yield { id: `Id${n + 1}`, triples, texts };
  }
}

function toTriple(value: unknown, place: { file: string; record: number; field: string }): Triple {
  const parts = needArray(value, place);
  if (parts.length !== 3) throw new DatasetFormatError(place, `expected [subject, relation, object], got ${show(value)}.`);
  const [subject, property, object] = parts.map((part) => needString(part, place));
  return { subject: subject!, property: property!, object: object! };
}
