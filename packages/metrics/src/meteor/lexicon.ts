import type { MeteorData } from './data.js';
import { UNKNOWN, type PhraseWord, type Spans } from './paraphrases.js';
import { stemEnglish } from './stem.js';
import { synsetsOf, type Synonyms } from './synonyms.js';

/** All that matching needs to know of a word. */
export interface Word extends PhraseWord {
  readonly number: number;
  /** METEOR compares words and stems by Java's string hash, so the few words that share one count as equal. */
  readonly key: number;
  readonly stemKey: number;
  readonly isFunctionWord: boolean;
  /** The numbers of its synonyms among the words seen so far, and a bit for each modulo 32. */
  readonly synonyms: readonly number[];
  readonly synonymBits: number;
}

/** A text prepared for matching. */
export interface PreparedText {
  readonly words: readonly Word[];
  readonly functionWords: number;
  /** Phrases of the paraphrase table in the text; empty without one. */
  readonly spans: Spans;
}

/** Prepares texts of words with spaces between, remembering each word. */
export function createLexicon(data: MeteorData): (text: string, spans: Spans) => PreparedText {
  const dictionary = new Dictionary(data);
  return (text, spans) => {
    const words: Word[] = [];
    let functionWords = 0;
    for (let start = 0, end = 0; start < text.length; start = end + 1) {
      let key = 0;
      for (end = start; end < text.length; end++) {
        const code = text.charCodeAt(end);
        if (code === SPACE) break;
        key = hashOn(key, code);
      }
      if (end === start) continue;
      const word = dictionary.look(text, { start, end, key });
      words.push(word);
      if (word.isFunctionWord) functionWords++;
    }
    data.paraphrases?.findSpans(words, spans);
    return { words, functionWords, spans };
  };
}

const SPACE = 32;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Described = Mutable<Word> & { synonyms: number[] };

/** The words seen so far, found in a text without making strings of them. */
class Dictionary {
  private readonly texts: string[] = [];
  private readonly words: Word[] = [];
  /** Open addressing from a word's key to its number + 1; a power of two long. */
  private buckets = new Int32Array(1 << 14);
  private readonly connect: ((text: string, word: Described) => void) | undefined;

  constructor(private readonly data: MeteorData) {
    this.connect = data.synonyms && createConnection(data.synonyms);
  }

  look(text: string, { start, end, key }: { start: number; end: number; key: number }): Word {
    const { texts, words, buckets } = this;
    const mask = buckets.length - 1;
    let bucket = (key ^ (key >>> 15)) & mask;
    for (let number = buckets[bucket]! - 1; number >= 0; bucket = (bucket + 1) & mask, number = buckets[bucket]! - 1) {
      if (words[number]!.key === key && texts[number]!.length === end - start && text.startsWith(texts[number]!, start)) return words[number]!;
    }
    return this.add(text.slice(start, end), key, bucket);
  }

  private add(text: string, key: number, bucket: number): Word {
    const word = describe(text, { number: this.words.length, key }, this.data);
    this.connect?.(text, word);
    this.buckets[bucket] = this.texts.push(text);
    this.words.push(word);
    if (2 * this.words.length > this.buckets.length) this.grow();
    return word;
  }

  private grow(): void {
    this.buckets = new Int32Array(2 * this.buckets.length);
    const mask = this.buckets.length - 1;
    for (const { number, key } of this.words) {
      let bucket = (key ^ (key >>> 15)) & mask;
      while (this.buckets[bucket] !== 0) bucket = (bucket + 1) & mask;
      this.buckets[bucket] = number + 1;
    }
  }
}

function describe(text: string, { number, key }: { number: number; key: number }, { functionWords, paraphrases }: MeteorData): Described {
  const { paraphraseWord, firstNode } = paraphrases?.word(text) ?? UNKNOWN;
  return {
    number,
    key,
    stemKey: javaHash(stemEnglish(text)),
    isFunctionWord: functionWords.has(text),
    synonyms: [],
    synonymBits: 0,
    paraphraseWord,
    firstNode,
  };
}

/** Tells each word and those before it that have a synset in common of each other. */
function createConnection(synonyms: Synonyms): (text: string, word: Described) => void {
  const bySynset = new Map<number, Described[]>();
  return (text, word) => {
    for (const synset of synsetsOf(text, synonyms)) {
      let others = bySynset.get(synset);
      if (others === undefined) bySynset.set(synset, (others = []));
      for (const other of others) {
        addSynonym(word, other);
        addSynonym(other, word);
      }
      others.push(word);
    }
  };
}

function addSynonym(word: Described, { number }: Word): void {
  if (word.synonyms.includes(number)) return;
  word.synonyms.push(number);
  word.synonymBits |= 1 << (number & 31);
}

/** Java's `String.hashCode`. */
function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = hashOn(hash, text.charCodeAt(i));
  return hash;
}

const hashOn = (hash: number, code: number) => (Math.imul(hash, 31) + code) | 0;
