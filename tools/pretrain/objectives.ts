import type { Rng } from '@prefix-tuning/base';
import type { Tokenizer } from '@prefix-tuning/model';
import { tokenBlocks, type TokenSequence } from '@prefix-tuning/training';
import { bartNoise, denoisingSource } from './denoise.js';
import { POSITIONS, VOCABULARY, type ModelRecipe } from './models.js';

/** How a family learns from plain text. */
export interface Objective {
  /** Training sequences of documents, which are read in this order. */
  sequences(documents: readonly string[], tokenizer: Tokenizer, rng: Rng): TokenSequence[];
  /** What held-out perplexity is taken on, where that is not what is trained on. */
  heldOut?(documents: readonly string[], tokenizer: Tokenizer): TokenSequence[];
  /** Texts that nobody can foresee but who can copy: perplexity on them is 1 at best, the vocabulary's size by chance. */
  copying(rng: Rng): TokenSequence[];
  readonly batchSize: number;
}

/** Random tokens, none of them special. */
const randomTokens = (rng: Rng, length: number): number[] => Array.from({ length }, () => 256 + rng.integer(VOCABULARY - 512));
const many = <T>(make: (i: number) => T): T[] => Array.from({ length: 24 }, (_, i) => make(i));

const endOf = (tokenizer: Tokenizer) => tokenizer.idOf('<|endoftext|>')!;
const blocksOf = (documents: readonly string[], tokenizer: Tokenizer) =>
  tokenBlocks(documents.flatMap((text) => [...tokenizer.encode(text), endOf(tokenizer)]), POSITIONS);

/**
 * Predicting the next token. Of one half of the documents, which end with the end token, blocks as long as the model are cut.
 * The other half is read as a denoiser reads it, the spoilt text first: plain text alone gives a small model too little
 * reason to copy what it has read.
 */
const languageModelling: Objective = {
  sequences: (documents, tokenizer, rng) => {
    const end = endOf(tokenizer);
    const half = Math.floor(documents.length / 2);
    const rewritten = chunksOf(documents.slice(0, half), tokenizer, (POSITIONS - 2) / 2).map((sentences, i) => {
      const source = denoisingSource(rng.fork(`chunk ${i}`), sentences, { ...bartNoise, mask: end }).filter((id) => id !== end);
      return { id: `chunk-${i}`, ids: [...source, end, ...sentences.flat(), end], from: source.length + 1 };
    });
    return [...rewritten, ...blocksOf(documents.slice(half), tokenizer)];
  },
  heldOut: blocksOf,
  copying: (rng) =>
    many((i) => {
      const passage = randomTokens(rng.fork(`passage ${i}`), 40);
      return { id: `copy-${i}`, ids: [...passage, ...passage], from: passage.length + 1 };
    }),
  batchSize: 6,
};

/** Tokens of a text that is written anew: with its marks it fits the model, whose source has fewer. */
const CHUNK = 250;

/** Writing the original of a text that was hidden in parts and shuffled. */
const denoising: Objective = {
  sequences: (documents, tokenizer, rng) => {
    const [begin, end, mask] = ['<s>', '</s>', '<mask>'].map((token) => tokenizer.idOf(token)!) as [number, number, number];
    return chunksOf(documents, tokenizer, CHUNK).map((sentences, i) => {
      const source = [begin, ...denoisingSource(rng.fork(`chunk ${i}`), sentences, { ...bartNoise, mask }), end];
      // The decoder starts from the end token, as BART's does.
      return { id: `chunk-${i}`, ids: [...source, end, begin, ...sentences.flat(), end], from: source.length + 1 };
    });
  },
  copying: (rng) =>
    many((i) => {
      const passage = randomTokens(rng.fork(`passage ${i}`), 40);
      const [begin, end] = [0, 2];
      return { id: `copy-${i}`, ids: [begin, ...passage, end, end, begin, ...passage], from: passage.length + 4 };
    }),
  batchSize: 8,
};

export const objectives: Readonly<Record<ModelRecipe['family'], Objective>> = { gpt2: languageModelling, bart: denoising };

/** Sentences of one document after another, gathered while they fit; each as its tokens. */
function chunksOf(documents: readonly string[], tokenizer: Tokenizer, longest: number): number[][][] {
  const chunks: number[][][] = [];
  let [chunk, length] = [[] as number[][], 0];
  for (const sentence of documents.flatMap((text, i) => sentencesOf(i > 0 ? `\n${text}` : text))) {
    const ids = tokenizer.encode(sentence).slice(0, longest);
    if (length + ids.length > longest) {
      chunks.push(chunk);
      [chunk, length] = [[], 0];
    }
    chunk.push(ids);
    length += ids.length;
  }
  return chunks;
}

/** Sentences, each with the space before it. */
const sentencesOf = (text: string): string[] => text.split(/(?<=[.!?]["']?)(?= ["']?[A-Z])/);
