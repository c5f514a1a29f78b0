import { defineDataset, type ReadContext } from '../define.js';
import { DatasetFormatError } from '../errors.js';
import type { DataRecord } from '../example.js';
import { readBenchmarkXml, type BenchmarkEntry } from '../formats/benchmark-xml.js';
import { readWebnlgJson } from '../formats/webnlg-json.js';
import type { DataFile } from '../io/text.js';
import { colon, linearisation, type LineariseRules, type Triple } from '../linearise.js';
import { webnlgDownloads } from '../downloads/webnlg.js';
import { webnlgMini } from '../mini/webnlg.js';

export type WebnlgOptions = {
  /** The challenge's own form of the triples, or DBpedia's (the first set, where an entry has alternatives). */
  readonly triples: 'modified' | 'original';
  /**
   * `good`: only texts with that comment, and no entry that has none (as the paper's code does); a text with no comment at
   * all, as in the test file of release 3.0, was not found wanting and is good; `all`: whatever the comment;
   * `none`: no texts, for a test file without them.
   */
  readonly texts: 'good' | 'all' | 'none';
  /** Categories of the training set; entries of the others get the label `seen: no`. The default is the 2017 challenge's. */
  readonly seenCategories: readonly string[];
};

/** Categories of the 2017 training files. The paper speaks of nine; the files hold ten. */
export const webnlgSeenCategories = [
  'Airport', 'Astronaut', 'Building', 'City', 'ComicsCharacter', 'Food', 'Monument', 'SportsTeam', 'University', 'WrittenWork',
] as const;

/** ` | subject : property : object` for each triple: the paper's code puts the separator before the first one too. */
export const webnlgRules: LineariseRules<Triple> = {
  cell: ({ subject, property, object }) => colon(subject, property, object),
  start: ' | ',
  separator: ' | ',
};

/** WebNLG: the 2017 challenge's XML and JSON, and the XML of the releases 2.1 and 3.0. */
export const webnlg = defineDataset<readonly Triple[], WebnlgOptions>({
  name: 'webnlg',
  title: 'WebNLG Challenge 2017',
  citation: {
    paper: 'Gardent, Shimorina, Narayan and Perez-Beltrachini 2017, The WebNLG Challenge: Generating Text from RDF Data, INLG',
    url: 'https://synalp.gitlabpages.inria.fr/webnlg-challenge/',
    licence: 'CC-BY-NC-SA-4.0 (stated by the WebNLG project): not for commercial use',
  },
  metrics: ['bleu', 'meteor', 'ter'],
  options: { triples: 'modified', texts: 'good', seenCategories: webnlgSeenCategories },
  choices: { triples: ['modified', 'original'], texts: ['good', 'all', 'none'] },
  splits: {
    train: ['train/*triples/*.xml', 'train.json'],
    dev: ['dev/*triples/*.xml', 'dev.json'],
    test: [
      'testdata_with_lex.xml',
      'rdf-to-text-generation-test-data-with-refs-en.xml',
      'test/*triples/*.xml',
      'test.json',
      'testdata_unseen_with_lex.xml',
      'testdata_no_lex.xml',
    ],
  },
  read: readWebnlg,
  linearise: linearisation(webnlgRules),
  fields: (table) => table.map(({ property }) => property),
  slices: { seen: ({ seen }) => seen === 'yes', unseen: ({ seen }) => seen === 'no' },
  downloads: webnlgDownloads,
  mini: webnlgMini,
});

async function* readWebnlg(file: DataFile, { options }: ReadContext<WebnlgOptions>): AsyncGenerator<DataRecord<readonly Triple[]>> {
  const entries = /\.json(\.gz)?$/.test(file.name) ? readWebnlgJson(file) : readBenchmarkXml(file);
  for await (const entry of entries) {
    const targets = textsOf(entry, { file, options });
    if (targets) yield { id: `${entry.category}-${entry.size}-${entry.id}`, table: tableOf(entry, { file, options }), targets, labels: labelsOf(entry, options) };
  }
}

interface Where {
  readonly file: DataFile;
  readonly options: WebnlgOptions;
}

/** The texts to use; undefined if the entry has texts, but none that is asked for. */
function textsOf({ texts, id, line }: BenchmarkEntry, { file, options }: Where): string[] | undefined {
  if (options.texts === 'none') return [];
  const place = { file: file.name, line, record: id, field: 'lex' };
  if (texts.length === 0) throw new DatasetFormatError(place, 'expected at least one text, got none. Use a file with references, or the option texts: "none".');
  const chosen = texts.filter(({ comment }) => options.texts === 'all' || comment === 'good' || comment === '').map(({ text }) => text);
  if (chosen.includes('')) throw new DatasetFormatError(place, 'expected text, got an empty one. Fill it in or remove it.');
  return chosen.length > 0 ? chosen : undefined;
}

function tableOf({ original, modified, id, line }: BenchmarkEntry, { file, options }: Where): readonly Triple[] {
  const table = options.triples === 'modified' ? modified : original[0];
  if (table && table.length > 0) return table;
  throw new DatasetFormatError({ file: file.name, line, record: id, field: `${options.triples}tripleset` }, 'expected at least one triple, got none. Fill the set in or remove the entry.');
}

function labelsOf({ category, size }: BenchmarkEntry, { seenCategories }: WebnlgOptions): Record<string, string> {
  return { category, size, seen: seenCategories.includes(category) ? 'yes' : 'no' };
}
