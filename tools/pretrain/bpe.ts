/** Trains a byte-level BPE vocabulary, as GPT-2's, and writes it in the `tokenizer.json` format. */

/** GPT-2's pre-tokenisation: contractions, words, numbers and punctuation, each with the space before it. */
const pieces = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** GPT-2's printable stand-in for each byte: itself if printable in Latin-1, else the next free character from 256 on. */
const byteCharacters: readonly string[] = (() => {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const spell = (text: string): string[] => Array.from(new TextEncoder().encode(text), (byte) => byteCharacters[byte]!);

export interface Bpe {
  readonly vocabulary: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
}

interface Word {
  symbols: string[];
  readonly count: number;
}

/**
 * Learns merges: the most frequent pair of neighbouring symbols becomes one symbol, until the vocabulary is full.
 *
 * @param size  number of tokens, the 256 bytes included, special ones not
 * @see Sennrich et al. 2016; ties go to the pair that sorts first, so that one text gives one vocabulary
 */
export function trainBpe(text: string, size: number): Bpe {
  const counts = new Map<string, number>();
  for (const [piece] of text.matchAll(pieces)) counts.set(piece, (counts.get(piece) ?? 0) + 1);
  const words: Word[] = Array.from(counts, ([piece, count]) => ({ symbols: spell(piece), count }));
  const pairs = new PairIndex();
  words.forEach((word, index) => pairs.addWord(word, index));

  const vocabulary = [...byteCharacters];
  const merges: [string, string][] = [];
  while (vocabulary.length < size) {
    const best = pairs.mostFrequent();
    if (!best) break;
    const [left, right] = best.split(' ') as [string, string];
    merges.push([left, right]);
    vocabulary.push(left + right);
    for (const index of pairs.wordsWith(best)) {
      const word = words[index]!;
      pairs.removeWord(word);
      word.symbols = mergeSymbols(word.symbols, left, right);
      pairs.addWord(word, index);
    }
    pairs.forget(best);
  }
  return { vocabulary, merges };
}

function mergeSymbols(symbols: readonly string[], left: string, right: string): string[] {
  const merged: string[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const joins = symbols[i] === left && symbols[i + 1] === right;
    merged.push(joins ? left + right : symbols[i]!);
    if (joins) i++;
  }
  return merged;
}

/** How often each pair of neighbours occurs, and in which words. Symbols hold no space, so a space separates a pair. */
class PairIndex {
  private readonly counts = new Map<string, number>();
  private readonly places = new Map<string, Set<number>>();

  addWord(word: Word, index: number): void {
    for (const pair of pairsIn(word)) {
      this.counts.set(pair, (this.counts.get(pair) ?? 0) + word.count);
      const places = this.places.get(pair);
      if (places) places.add(index);
      else this.places.set(pair, new Set([index]));
    }
  }

  removeWord(word: Word): void {
    for (const pair of pairsIn(word)) this.counts.set(pair, this.counts.get(pair)! - word.count);
  }

  wordsWith(pair: string): number[] {
    return [...(this.places.get(pair) ?? [])];
  }

  forget(pair: string): void {
    this.counts.delete(pair);
    this.places.delete(pair);
  }

  mostFrequent(): string | undefined {
    let best: string | undefined;
    let most = 1;
    for (const [pair, count] of this.counts) {
      if (count > most || (count === most && best !== undefined && pair < best)) [best, most] = [pair, count];
    }
    return best;
  }
}

const pairsIn = ({ symbols }: Word): string[] => symbols.slice(1).map((symbol, i) => `${symbols[i]} ${symbol}`);

/** Special tokens of a vocabulary: those with the first ids, and those with the last. */
export interface SpecialTokens {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** The vocabulary as Hugging Face's `tokenizer.json`. */
export function tokenizerJson({ vocabulary, merges }: Bpe, { before, after }: SpecialTokens): Record<string, unknown> {
  const tokens = [...before, ...vocabulary, ...after];
  const special = [...before, ...after].map((content) => {
    return { id: tokens.indexOf(content), content, single_word: false, lstrip: false, rstrip: false, normalized: true, special: true };
  });
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map(([left, right]) => `${left} ${right}`),
    },
  };
}
