import type { Segments } from '../metric.js';
import { tokenizeCaptions } from './ptb/captions.js';
import { splitPython } from './whitespace.js';

export interface TokenizedSegments {
  readonly hypotheses: readonly (readonly string[])[];
  readonly references: readonly (readonly (readonly string[])[])[];
}

/** `ptb`: as the caption scripts do (see {@link tokenizeCaptions}); `none`: the text is tokenised, split it at white space. */
export type CaptionTokenization = 'ptb' | 'none';

/** Tokenises hypotheses as one text and all references, in order, as another, as the caption scripts do. */
export function tokenizeCaptionSegments({ hypotheses, references }: Segments, tokenize: CaptionTokenization): TokenizedSegments {
  const run = tokenize === 'ptb' ? tokenizeCaptions : (texts: readonly string[]) => texts.map(splitPython);
  const flat = run(references.flat());
  let next = 0;
  return { hypotheses: run(hypotheses), references: references.map((list) => list.map(() => flat[next++]!)) };
}
