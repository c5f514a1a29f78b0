import { lcsLength, numberTokens } from './lcs.js';
import { ngramHits, unionLcsHits, type HitCounts } from './counts.js';
import { stemPorterNltk } from './porter-nltk.js';
import { memoize, type Rouge, type RougeStyle, type RougeType } from './style.js';

/** Lower-cased runs of a to z and digits; with `stem`, words of more than three letters are stemmed. */
function tokenizer(stem: boolean): (text: string) => string[] {
  const stemWord = memoize((word) => (word.length > 3 ? stemPorterNltk(word) : word));
  return (text) => {
    const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
    return stem ? words.map(stemWord) : words;
  };
}

function rates({ hits, hypothesis, reference }: HitCounts): Rouge {
  const precision = hits / Math.max(hypothesis, 1);
  const recall = hits / Math.max(reference, 1);
  return { precision, recall, fmeasure: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0 };
}

function lcsHits(hypothesis: readonly string[], reference: readonly string[]): HitCounts {
  const [own, other] = numberTokens([hypothesis, reference]);
  return { hits: lcsLength(other!, own!), hypothesis: own!.length, reference: other!.length };
}

/** ROUGE as Google's rouge-score 0.1.2 computes it; of several references the one with the best F counts. */
export function googleStyle(type: RougeType, stem: boolean): RougeStyle {
  const tokenize = tokenizer(stem);
  const sentences = (text: string) => text.split('\n').filter(Boolean).map(tokenize);
  const compare = (hypothesis: string): ((reference: string) => HitCounts) => {
    if (type === 'Lsum') {
      const own = sentences(hypothesis);
      return (reference) => unionLcsHits(own, sentences(reference));
    }
    const own = tokenize(hypothesis);
    return (reference) => (type === 'L' ? lcsHits(own, tokenize(reference)) : ngramHits(own, tokenize(reference), type));
  };
  return {
    segment: (hypothesis, references) => {
      const scores = references.map(compare(hypothesis)).map(rates);
      return scores.reduce((best, score) => (score.fmeasure > best.fmeasure ? score : best));
    },
    settings: { case: 'lc', stem: stem ? 'porter-nltk' : 'no', multi: 'best-f', ref: 'rouge-score-0.1.2' },
  };
}
