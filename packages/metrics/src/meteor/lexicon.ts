import type { MeteorData } from './data.js';
import { UNKNOWN, type PhraseWord, type Span } from './paraphrases.js';
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
  readonly spans: readonly Span[];
}

/** Prepares texts, remembering each word. */
export function createLexicon(data: MeteorData): (words: readonly string[]) => PreparedText {
  const known = new Map<string, Word>();
  const connect = data.synonyms && createConnection(data.synonyms);
  const look = (text: string): Word => {
    const word = known.get(text);
    if (word) return word;
    const described = describe(text, known.size, data);
    connect?.(text, described);
    known.set(text, described);
    return described;
  };
  return (texts) => {
    const words: Word[] = [];
    let functionWords = 0;
    for (const text of texts) {
      const word = look(text);
      words.push(word);
      if (word.isFunctionWord) functionWords++;
    }
    return { words, functionWords, spans: data.paraphrases?.spans(words) ?? [] };
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Described = Mutable<Word> & { synonyms: number[] };

function describe(text: string, number: number, { functionWords, paraphrases }: MeteorData): Described {
  const { paraphraseWord, firstNode } = paraphrases?.word(text) ?? UNKNOWN;
  return {
    number,
    key: javaHash(text),
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
      const others = bySynset.get(synset) ?? [];
      for (const other of others) {
        addSynonym(word, other);
        addSynonym(other, word);
      }
      bySynset.set(synset, [...others, word]);
    }
  };
}

function addSynonym(word: Described, { number }: Word): void {
  if (word.synonyms.includes(number)) return;
  word.synonyms.push(number);
  word.synonymBits |= 1 << (number & 31);
}

/** Java's `String.hashCode`. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
