import { checkAmount, checkChoice, checkCount } from '../metric.js';
import { formatSignature } from '../signature.js';
import { tokenize13a, tokenizeCharacters, tokenizeInternational, type Tokenizer } from '../tokenize/mteval.js';
import { splitPython } from '../tokenize/whitespace.js';
import type { BleuStyle } from './bleu.js';
import { sacrebleuFormula, SMOOTH_DEFAULTS, type SmoothMethod } from './formula.js';
import { closestLength } from './statistics.js';

/** The sacrebleu version whose numbers and signature these are. */
export const SACREBLEU_VERSION = '2.6.0';

export interface SacrebleuOptions {
  /** Default `13a`. */
  readonly tokenize?: '13a' | 'intl' | 'char' | 'none';
  /** Default false. */
  readonly lowercase?: boolean;
  /** Default `exp`. */
  readonly smooth?: SmoothMethod;
  /** For `floor` (default 0.1) and `add-k` (default 1). */
  readonly smoothValue?: number;
  /** Leaves out orders that a text is too short for; for scores of single sentences. Default false. */
  readonly effectiveOrder?: boolean;
  /** Default 4. */
  readonly maxOrder?: number;
}

const tokenizers: Readonly<Record<NonNullable<SacrebleuOptions['tokenize']>, Tokenizer>> = {
  '13a': tokenize13a,
  intl: tokenizeInternational,
  char: tokenizeCharacters,
  none: splitPython,
};

/** BLEU as sacrebleu computes and names it. */
export function sacrebleuStyle(options: SacrebleuOptions): BleuStyle {
  const { tokenize = '13a', lowercase = false, smooth = 'exp', effectiveOrder = false, maxOrder = 4 } = options;
  checkChoice('bleu', { tokenize }, Object.keys(tokenizers));
  checkChoice('bleu', { smooth }, Object.keys(SMOOTH_DEFAULTS));
  checkCount('bleu', { maxOrder });
  const smoothValue = options.smoothValue ?? SMOOTH_DEFAULTS[smooth] ?? 0;
  checkAmount('bleu', { smoothValue });
  const tokenizer = tokenizers[tokenize];
  const smoothName = SMOOTH_DEFAULTS[smooth] === undefined ? smooth : `${smooth}[${smoothValue.toFixed(2)}]`;
  return {
    tokenize: lowercase ? (text) => tokenizer(text.toLowerCase()) : tokenizer,
    referenceLength: closestLength,
    formula: (counts) => sacrebleuFormula(counts, { smooth, smoothValue, effectiveOrder }),
    maxOrder,
    signature: (nrefs) =>
      formatSignature({
        nrefs,
        case: lowercase ? 'lc' : 'mixed',
        eff: effectiveOrder ? 'yes' : 'no',
        tok: tokenize,
        smooth: smoothName,
        version: SACREBLEU_VERSION,
      }),
  };
}
