import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { DatasetFormatError, show } from '../errors.js';
import { readText, type DataFile } from '../io/text.js';
import type { Triple } from '../linearise.js';

/** One `<entry>` of a WebNLG or DART file. */
export interface BenchmarkEntry {
  readonly category: string;
  readonly id: string;
  readonly size: string;
  /** Alternatives that the one modified set was made from; DART has none. */
  readonly original: readonly (readonly Triple[])[];
  readonly modified: readonly Triple[];
  readonly texts: readonly BenchmarkText[];
  /** Line of the file on which the entry ends, counted from 1. */
  readonly line?: number;
}

export interface BenchmarkText {
  readonly text: string;
  /** `good` or `toFix` in WebNLG, the source of the annotation in DART. */
  readonly comment: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };
type OpenEntry = Mutable<Omit<BenchmarkEntry, 'original'>> & { original: Triple[][] };

/** Tags of an entry that hold nothing we read: links to DBpedia in the later releases. */
const passedOver = new Set(['dbpedialinks', 'dbpedialink', 'links', 'link', 'entitymap', 'entity']);

/**
 * Reads the entries of an XML file of WebNLG's form, one at a time. Document types are refused, so no entity is expanded or fetched.
 *
 * @throws DatasetFormatError  for malformed XML, an unknown tag in an entry, a triple without three parts, a size that is not the number of triples
 */
export async function* readBenchmarkXml(file: DataFile): AsyncGenerator<BenchmarkEntry> {
  const reader = new EntryReader(file);
  for await (const chunk of readText(file)) yield* reader.read(chunk);
  yield* reader.end();
}

class EntryReader {
  private readonly parser = new SaxesParser();
  private done: BenchmarkEntry[] = [];
  private entry: OpenEntry | undefined;
  private comment = '';
  /** Text of the leaf that is open; undefined outside of leaves. */
  private leaf: string | undefined;
  /** Depth within tags that are passed over. */
  private inLinks = 0;
  private found = false;

  constructor(private readonly file: DataFile) {
    this.parser.on('error', (error) => {
      throw this.fail(`expected well-formed XML, got: ${error.message.replace(/^[\d:]+ |\.$/g, '')}. Mend the file.`, { cause: error });
    });
    this.parser.on('doctype', () => {
      throw this.fail('expected no document type, got <!DOCTYPE>. Remove it; the published files have none.');
    });
    this.parser.on('opentag', (tag) => this.open(tag));
    this.parser.on('closetag', (tag) => this.close(tag.name));
    this.parser.on('text', (text) => this.text(text));
    this.parser.on('cdata', (text) => this.text(text));
  }

  read(chunk: string): BenchmarkEntry[] {
    this.parser.write(chunk);
    return this.take();
  }

  end(): BenchmarkEntry[] {
    this.parser.close();
    if (!this.found) throw this.fail('expected <benchmark> with <entries>, got another file. Check that this is the right file.');
    return this.take();
  }

  private take(): BenchmarkEntry[] {
    const done = this.done;
    this.done = [];
    return done;
  }

  private fail(message: string, { field, cause, line = this.parser.line }: { field?: string; cause?: unknown; line?: number } = {}): DatasetFormatError {
    return new DatasetFormatError({ file: this.file.name, line, record: this.entry?.id, field }, message, { cause });
  }

  private open({ name, attributes }: SaxesTagPlain): void {
    if (name === 'entries') this.found = true;
    if (this.leaf !== undefined) throw this.fail(`expected text only, got the tag <${name}>. This form is not known.`);
    if (name === 'entry') this.entry = this.newEntry(attributes);
    else if (this.entry) this.openInEntry(this.entry, name, attributes);
    else if (name !== 'benchmark' && name !== 'entries') throw this.fail(`expected <benchmark>, <entries> or <entry>, got <${name}>. Check that this is the right file.`);
  }

  private newEntry(attributes: Record<string, string>): OpenEntry {
    if (this.entry) throw this.fail('expected the end of the entry, got another <entry> in it. Close the first.');
    for (const field of ['category', 'eid', 'size']) {
      if (!attributes[field]) throw this.fail(`expected an attribute ${field} at <entry>, got none. Add it.`, { field });
    }
    return { category: attributes.category!, id: attributes.eid!, size: attributes.size!, original: [], modified: [], texts: [] };
  }

  private openInEntry(entry: OpenEntry, name: string, attributes: Record<string, string>): void {
    if (passedOver.has(name)) this.inLinks++;
    else if (name === 'originaltripleset') entry.original.push([]);
    else if (name === 'otriple' || name === 'mtriple' || name === 'lex') {
      this.leaf = '';
      this.comment = attributes.comment ?? '';
    } else if (name !== 'modifiedtripleset') {
      throw this.fail(`expected triples and <lex> in an entry, got <${name}>. This form is not known.`, { field: name });
    }
  }

  private text(text: string): void {
    if (this.leaf !== undefined) this.leaf += text;
    else if (!this.inLinks && text.trim() !== '') {
      // The parser tells of a text at its end.
      const line = this.parser.line - (text.trimStart().split('\n').length - 1);
      throw this.fail(`expected tags, got the text ${show(text.trim())}. Put it into a tag or remove it.`, { line });
    }
  }

  private close(name: string): void {
    if (this.entry && this.leaf !== undefined) this.closeLeaf(this.entry, name, this.leaf);
    this.leaf = undefined;
    if (passedOver.has(name)) this.inLinks--;
    if (name === 'entry' && this.entry) this.closeEntry(this.entry);
  }

  private closeLeaf(entry: OpenEntry, name: string, text: string): void {
    if (name === 'lex') entry.texts.push({ text: text.trim(), comment: this.comment });
    if (name === 'mtriple') entry.modified.push(this.triple(text, name));
    if (name === 'otriple') {
      if (entry.original.length === 0) throw this.fail('expected <otriple> within <originaltripleset>, got it outside.', { field: name });
      entry.original.at(-1)!.push(this.triple(text, name));
    }
  }

  private triple(text: string, field: string): Triple {
    const [subject, property, object, ...more] = text.split(' | ').map((part) => part.trim());
    if (subject && property && object && more.length === 0) return { subject, property, object };
    throw this.fail(`expected subject | property | object, got ${show(text)}. Mend the triple.`, { field });
  }

  private closeEntry(entry: OpenEntry): void {
    if (entry.modified.length !== Number(entry.size)) {
      throw this.fail(`expected as many triples as the entry's size says (${entry.size}), got ${entry.modified.length}. Mend the entry.`, { field: 'modifiedtripleset' });
    }
    this.done.push({ ...entry, line: this.parser.line });
    this.entry = undefined;
  }
}
