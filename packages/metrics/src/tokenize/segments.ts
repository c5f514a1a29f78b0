import type { Segments } from '../metric.js';
import { tokenizeCaptions } from './ptb/captions.js';

export interface TokenizedSegments {
  readonly hypotheses: readonly (readonly string[])[];
  readonly references: readonly (readonly (readonly string[])[])[];
}

export const CAPTION_TOKENIZATIONS = ['ptb', 'ptb-given', 'none'] as const;

/**
 * `ptb`: as the caption scripts do (see {@link tokenizeCaptions}); `ptb-given`: the text has that tokenisation already;
 * `none`: the text is tokenised in another way. The last two split it at spaces.
 */
export type CaptionTokenization = (typeof CAPTION_TOKENIZATIONS)[number];

/** Tokenises hypotheses as one text and all references, in order, as another, as the caption scripts do. */
export function tokenizeCaptionSegments({ hypotheses, references }: Segments, tokenize: CaptionTokenization): TokenizedSegments {
  const run = tokenize === 'ptb' ? tokenizeCaptions : (texts: readonly string[]) => texts.map((text) => text.split(' ').filter(Boolean));
  const flat = run(references.flat());
  let next = 0;
  return { hypotheses: run(hypotheses), references: references.map((list) => list.map(() => flat[next++]!)) };
}

/** How a signature names the tokenisation. */
export function tokenizationName(tokenize: CaptionTokenization): string {
  return tokenize === 'none' ? 'none' : 'ptb';
}
