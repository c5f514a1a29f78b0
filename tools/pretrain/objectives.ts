import type { Rng } from '@prefix-tuning/base';
import type { Tokenizer } from '@prefix-tuning/model';
import { tokenBlocks, type TokenSequence } from '@prefix-tuning/training';
import { bartNoise, denoisingSource } from './denoise.js';
import { POSITIONS, VOCABULARY, type ModelRecipe } from './models.js';

/** How a family learns from plain text. */
export interface Objective {
  /** Training sequences of documents, which are read in this order. */
  sequences(documents: readonly string[], tokenizer: Tokenizer, rng: Rng): TokenSequence[];
  /** Texts that nobody can foresee but who can copy: perplexity on them is 1 at best, the vocabulary's size by chance. */
  copying(rng: Rng): TokenSequence[];
  readonly batchSize: number;
}

/** Random tokens, none of them special. */
const randomTokens = (rng: Rng, length: number): number[] => Array.from({ length }, () => 256 + rng.integer(VOCABULARY - 512));
const many = <T>(make: (i: number) => T): T[] => Array.from({ length: 24 }, (_, i) => make(i));

/** Predicting the next token: documents end with the end token, and blocks as long as the model are cut from all of them. */
const languageModelling: Objective = {
  sequences: (documents, tokenizer) => {
    const end = tokenizer.idOf('<|endoftext|>')!;
    return tokenBlocks(documents.flatMap((text) => [...tokenizer.encode(text), end]), POSITIONS);
  },
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
    return chunksOf(documents, tokenizer).map((sentences, i) => {
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
function chunksOf(documents: readonly string[], tokenizer: Tokenizer): number[][][] {
  const chunks: number[][][] = [];
  let [chunk, length] = [[] as number[][], 0];
  for (const sentence of documents.flatMap((text, i) => sentencesOf(i > 0 ? `\n${text}` : text))) {
    const ids = tokenizer.encode(sentence).slice(0, CHUNK);
    if (length + ids.length > CHUNK) {
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
