import { DatasetFormatError } from '../errors.js';
import type { DataFile } from '../io/text.js';
import type { Triple } from '../linearise.js';
import type { BenchmarkEntry } from './benchmark-xml.js';
import { needArray, needObject, needString, readJson } from './json.js';

/**
 * Reads WebNLG's JSON form: `{"entries": [{"1": {category, size, modifiedtripleset, lexicalisations, ...}}, ...]}`.
 *
 * @throws DatasetFormatError  naming the entry and the field
 */
export async function* readWebnlgJson(file: DataFile): AsyncGenerator<BenchmarkEntry> {
  const root = needObject(await readJson(file), { file: file.name, line: 1 });
  for (const [n, wrapped] of needArray(root.entries, { file: file.name, field: 'entries' }).entries()) {
    const record = n + 1;
    const place = { file: file.name, record };
    const entry = needObject(needObject(wrapped, { ...place, field: 'entries' })[record], { ...place, field: String(record) });
    yield toEntry(entry, place);
  }
}

interface Place {
  readonly file: string;
  readonly record: number;
}

function toEntry(entry: Readonly<Record<string, unknown>>, place: Place): BenchmarkEntry {
  const text = (field: string) => needString(entry[field], { ...place, field });
  const modified = triples(entry.modifiedtripleset, { ...place, field: 'modifiedtripleset' });
  const size = text('size');
  if (modified.length !== Number(size)) {
    throw new DatasetFormatError({ ...place, field: 'modifiedtripleset' }, `expected as many triples as the entry's size says (${size}), got ${modified.length}.`);
  }
  return { category: text('category'), id: text('xml_id'), size, modified, original: originals(entry.originaltriplesets, place), texts: texts(entry.lexicalisations, place) };
}

function originals(value: unknown, place: Place): Triple[][] {
  if (value === undefined) return [];
  const field = 'originaltriplesets';
  const sets = needArray(needObject(value, { ...place, field }).originaltripleset, { ...place, field });
  return sets.map((set) => triples(set, { ...place, field }));
}

function triples(value: unknown, place: Place & { field: string }): Triple[] {
  return needArray(value, place).map((item) => {
    const triple = needObject(item, place);
    return { subject: needString(triple.subject, place), property: needString(triple.property, place), object: needString(triple.object, place) };
  });
}

function texts(value: unknown, place: Place): BenchmarkEntry['texts'] {
  const field = 'lexicalisations';
  return needArray(value, { ...place, field }).map((item) => {
    const { lex, comment } = needObject(item, { ...place, field });
    return { text: needString(lex, { ...place, field: 'lex' }).trim(), comment: typeof comment === 'string' ? comment : '' };
  });
}
