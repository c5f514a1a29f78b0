import { defineDataset, type ReadContext } from '../define.js';
import { DatasetFormatError, show } from '../errors.js';
import type { DataRecord, SplitName } from '../example.js';
import { readCsv } from '../formats/csv.js';
import { readLines } from '../io/lines.js';
import type { DataFile } from '../io/text.js';
import { colon, linearisation, type LineariseRules } from '../linearise.js';
import { e2eDownloads } from '../downloads/e2e.js';
import { e2eMini } from '../mini/e2e.js';

/** One slot of a meaning representation: `eatType[coffee shop]`. */
export interface Slot {
  readonly slot: string;
  readonly value: string;
}

export type E2eOptions = {
  /**
   * How rows of the same table become one example: `consecutive` lines, as the challenge's evaluation groups them;
   * `distinct`, wherever they stand; `official` is distinct for train, whose rows are shuffled, and for the cleaned release,
   * which corrects tables row by row, and consecutive for the challenge's dev and test.
   */
  readonly grouping: 'official' | 'consecutive' | 'distinct';
};

/** What the authors' files call a slot; other slots keep E2E's name. */
export const e2eSlotNames: Readonly<Record<string, string>> = { eatType: 'Type', priceRange: 'price', familyFriendly: 'family friendly' };

/** The authors' files are tokenised, which shows in the source only where a price stands: `£20-25` becomes `£ 20 - 25`. */
export const spacePrices = (value: string): string => value.replace(/£(\d+)(?:-(\d+))?/g, (_, low, high) => (high ? `£ ${low} - ${high}` : `£ ${low}`));

/** `name : Alimentum | area : city centre | family friendly : no`, as in the authors' `src1_*.txt`. */
export const e2eRules: LineariseRules<Slot> = {
  cell: ({ slot, value }) => colon(e2eSlotNames[slot] ?? slot, spacePrices(value)),
  start: '',
  separator: ' | ',
};

/** The E2E NLG Challenge, its cleaned release, and the prefix-tuning authors' one-line form. */
export const e2e = defineDataset<readonly Slot[], E2eOptions>({
  name: 'e2e',
  title: 'E2E NLG Challenge',
  citation: {
    paper: 'Novikova, Dušek and Rieser 2017, The E2E Dataset: New Challenges for End-to-End Generation, SIGDIAL',
    url: 'https://github.com/tuetschek/e2e-dataset',
    licence: 'CC-BY-SA-4.0 (stated in the publisher’s README)',
  },
  metrics: ['bleu', 'nist', 'meteor', 'rouge-l', 'cider'],
  options: { grouping: 'official' },
  choices: { grouping: ['official', 'consecutive', 'distinct'] },
  splits: {
    train: ['trainset.csv', 'train-fixed.no-ol.csv', 'src1_train.txt'],
    dev: ['devset.csv', 'devel-fixed.no-ol.csv', 'src1_valid.txt'],
    test: ['testset_w_refs.csv', 'test-fixed.csv', 'src1_test.txt', 'testset.csv'],
  },
  read: readE2e,
  linearise: linearisation(e2eRules),
  fields: (table) => table.map(({ slot }) => slot),
  downloads: e2eDownloads,
  mini: e2eMini,
});

interface Row {
  readonly mr: string;
  readonly ref: string;
  readonly line: number;
}

async function* readE2e(file: DataFile, { split, options }: ReadContext<E2eOptions>): AsyncGenerator<DataRecord<readonly Slot[]>> {
  const oneLine = /\.txt(\.gz)?$/.test(file.name);
  const rows = oneLine ? readOneLineRows(file) : readCsvRows(file);
  const parse = oneLine ? parseOneLine : parseMr;
  let number = 0;
  for await (const group of groupRows(rows, groupingOf(file, split, options))) {
    yield { id: `${split}-${number++}`, table: parse(group[0]!, file), targets: group.map(({ ref }) => ref) };
  }
}

function groupingOf(file: DataFile, split: SplitName, { grouping }: E2eOptions): 'consecutive' | 'distinct' {
  if (grouping !== 'official') return grouping;
  const cleaned = /-fixed(\.no-ol)?\.csv(\.gz)?$/.test(file.name);
  return split === 'train' || cleaned ? 'distinct' : 'consecutive';
}

/** Groups rows of equal `mr`, in the order of first appearance (e2e-metrics, `read_and_group_tsv`, for `consecutive`). */
async function* groupRows(rows: AsyncIterable<Row>, grouping: 'consecutive' | 'distinct'): AsyncGenerator<Row[]> {
  const groups = new Map<string, Row[]>();
  for await (const row of rows) {
    const group = groups.get(row.mr);
    if (group) {
      group.push(row);
      continue;
    }
    if (grouping === 'consecutive') {
      yield* groups.values();
      groups.clear();
    }
    groups.set(row.mr, [row]);
  }
  yield* groups.values();
}

async function* readCsvRows(file: DataFile): AsyncGenerator<Row> {
  const cure = 'A file without references cannot be trained on or scored: for the test set use testset_w_refs.csv.';
  for await (const { cells, line } of readCsv(file, { columns: ['mr', 'ref'], cure })) {
    yield { mr: needText(cells.mr!, { file: file.name, line, field: 'mr' }), ref: needText(cells.ref!, { file: file.name, line, field: 'ref' }), line };
  }
}

async function* readOneLineRows(file: DataFile): AsyncGenerator<Row> {
  for await (const { text, number: line } of readLines(file)) {
    if (text.trim() === '') continue;
    const parts = text.split('||');
    if (parts.length !== 2) {
      throw new DatasetFormatError({ file: file.name, line }, `expected source||target, got ${show(text)}. Put exactly one || on the line.`);
    }
    yield {
      mr: needText(parts[0]!.trim(), { file: file.name, line, field: 'source' }),
      ref: needText(parts[1]!.trim(), { file: file.name, line, field: 'target' }),
      line,
    };
  }
}

function needText(text: string, place: { file: string; line: number; field: string }): string {
  if (text.trim() === '') throw new DatasetFormatError(place, 'expected text, got an empty field. Fill it in or remove the row.');
  return text;
}

/** `name[Blue Spice], eatType[coffee shop]` */
function parseMr({ mr, line }: Row, file: DataFile): Slot[] {
  const slot = /\s*([^[\],]+)\[([^\]]*)\]\s*(?:,|$)/y;
  const slots: Slot[] = [];
  while (slot.lastIndex < mr.length) {
    const at = slot.lastIndex;
    const match = slot.exec(mr);
    if (!match) {
      const place = { file: file.name, line, field: 'mr' };
      throw new DatasetFormatError(place, `expected slot[value], slot[value], got ${show(mr.slice(at))}. Mend the table.`);
    }
    slots.push({ slot: match[1]!.trim(), value: match[2]!.trim() });
  }
  return slots;
}

/** `name : Blue Spice | Type : coffee shop` */
function parseOneLine({ mr, line }: Row, file: DataFile): Slot[] {
  return mr.split(' | ').map((cell) => {
    const at = cell.indexOf(' : ');
    if (at > 0) return { slot: cell.slice(0, at).trim(), value: cell.slice(at + 3).trim() };
    throw new DatasetFormatError({ file: file.name, line, field: 'source' }, `expected slot : value, got ${show(cell)}. Mend the table.`);
  });
}
