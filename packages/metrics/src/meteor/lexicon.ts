import type { MeteorData } from './data.js';
import type { Span } from './paraphrases.js';
import { stemEnglish } from './stem.js';
import { synsetsOf } from './synonyms.js';

/** All that matching needs to know of a word. */
export interface Word {
  /** METEOR compares words and stems by Java's string hash, so the few words that share one count as equal. */
  readonly key: number;
  readonly stemKey: number;
  readonly isFunctionWord: boolean;
  readonly synsets: Int32Array;
  /** A bit for each residue of its synsets modulo 31: words without a common bit are no synonyms. */
  readonly synsetBits: number;
  readonly paraphraseWord: number;
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
  const look = (text: string): Word => {
    let word = known.get(text);
    if (!word) known.set(text, (word = describe(text, data)));
    return word;
  };
  return (texts) => {
    const words = texts.map(look);
    return {
      words,
      functionWords: words.reduce((count, { isFunctionWord }) => (isFunctionWord ? count + 1 : count), 0),
      spans: data.paraphrases?.spans(words) ?? [],
    };
  };
}

function describe(text: string, { functionWords, synonyms, paraphrases }: MeteorData): Word {
  const synsets = synonyms ? synsetsOf(text, synonyms) : new Int32Array(0);
  return {
    key: javaHash(text),
    stemKey: javaHash(stemEnglish(text)),
    isFunctionWord: functionWords.has(text),
    synsets,
    synsetBits: synsets.reduce((bits, synset) => bits | (1 << (synset % 31)), 0),
    paraphraseWord: paraphrases?.wordNumber(text) ?? -1,
  };
}

/** Java's `String.hashCode`. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
