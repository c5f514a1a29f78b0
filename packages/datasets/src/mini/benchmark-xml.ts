import type { BenchmarkEntry } from '../formats/benchmark-xml.js';
import type { Triple } from '../linearise.js';

/** An entry to write; `original` sets are written where there are any, texts only if asked. */
export type EntryToWrite = Omit<BenchmarkEntry, 'line'>;

/** Entries as the text of an XML file of WebNLG's form. */
export function writeBenchmarkXml(entries: readonly EntryToWrite[], { texts = true }: { texts?: boolean } = {}): string {
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<benchmark>', '  <entries>', ...entries.flatMap((entry) => writeEntry(entry, texts)), '  </entries>', '</benchmark>', ''].join('\n');
}

function writeEntry({ category, id, size, original, modified, texts }: EntryToWrite, withTexts: boolean): string[] {
  return [
    `    <entry category="${escape(category)}" eid="${escape(id)}" size="${size}">`,
    ...original.flatMap((set) => writeSet('originaltripleset', 'otriple', set)),
    ...writeSet('modifiedtripleset', 'mtriple', modified),
    ...(withTexts ? texts.map(({ text, comment }, n) => `      <lex comment="${escape(comment)}" lid="Id${n + 1}">${escape(text)}</lex>`) : []),
    '    </entry>',
  ];
}

function writeSet(set: string, tag: string, triples: readonly Triple[]): string[] {
  const lines = triples.map(({ subject, property, object }) => `        <${tag}>${escape(`${subject} | ${property} | ${object}`)}</${tag}>`);
  return [`      <${set}>`, ...lines, `      </${set}>`];
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
