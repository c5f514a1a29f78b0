import { lowercaseAscii } from '../tokenize/whitespace.js';
import { ngramHits, unionLcsHits, type HitCounts } from './counts.js';
import { stemPorterPerl } from './porter-perl.js';
import { memoize, type Rouge, type RougeStyle, type RougeType } from './style.js';

export interface PerlRougeSettings {
  readonly stem: boolean;
  readonly exceptions: ReadonlyMap<string, string> | undefined;
  readonly multi: 'average' | 'best';
}

/**
 * Reads WordNet's lists of irregular forms (`noun.exc`, `verb.exc`, `adj.exc`, `adv.exc`) for ROUGE-1.5.5, which looks
 * a word up there before it stems it. Of a word in several lists the last counts.
 *
 * @param lists  the files' contents: a form and its base a line, further bases ignored
 */
export function parseWordnetExceptions(lists: readonly string[]): Map<string, string> {
  const forms = lists.flatMap((list) => list.split('\n')).map((line) => line.split(/\s+/));
  return new Map(forms.filter(([form, base]) => form && base).map(([form, base]) => [form!, base!]));
}

/** A sentence's words: ASCII letters lower-cased, anything else but digits parts words. */
function tokenizer({ stem, exceptions }: PerlRougeSettings): (sentence: string) => string[] {
  const stemWord = memoize((word) => (word.length > 3 ? (exceptions?.get(word) ?? stemPorterPerl(word)) : word));
  return (sentence) => {
    const words = lowercaseAscii(sentence).match(/[a-z0-9]+/g) ?? [];
    return stem ? words.map(stemWord) : words;
  };
}

/** A share as C prints it with five decimals: to even where the sixth is a 5 and nothing follows, which only n/64 has. */
export function roundToFive(share: number): number {
  const tie = Number.isInteger(share * 64) && (share * 64) % 2 !== 0;
  if (!tie) return Number(share.toFixed(5));
  const below = Math.floor(share * 1e5);
  return (below % 2 === 0 ? below : below + 1) / 1e5;
}

/** The script prints precision and recall with five decimals and goes on with what it printed. */
function rates({ hits, hypothesis, reference }: HitCounts): Rouge {
  const share = (total: number) => (total === 0 ? 0 : roundToFive(hits / total));
  const [precision, recall] = [share(hypothesis), share(reference)];
  const mean = 0.5 * precision + 0.5 * recall;
  return { precision, recall, fmeasure: mean > 0 ? roundToFive((precision * recall) / mean) : 0 };
}

function combine(counts: readonly HitCounts[], settings: PerlRougeSettings, round: (recall: number) => number): HitCounts {
  const sum = (key: keyof HitCounts) => counts.reduce((total, one) => total + one[key], 0);
  if (settings.multi === 'average') return { hits: sum('hits'), hypothesis: sum('hypothesis'), reference: sum('reference') };
  const recall = (one: HitCounts) => (one.reference === 0 ? 0 : round(one.hits / one.reference));
  return counts.reduce((best, one) => (recall(one) > recall(best) ? one : best));
}

/**
 * ROUGE as the Perl script ROUGE-1.5.5 computes it, one sentence a line.
 *
 * Several references: `average` (its default) sums their hits and lengths, `best` takes the one with most recall.
 */
export function perlStyle(type: RougeType, settings: PerlRougeSettings): RougeStyle {
  const tokenize = tokenizer(settings);
  const sentences = (text: string) => text.split('\n').filter(Boolean).map(tokenize);
  const segment = (hypothesis: string, references: readonly string[]): Rouge => {
    const own = sentences(hypothesis);
    const compare = (reference: string) => {
      if (typeof type === 'number') return ngramHits(own.flat(), sentences(reference).flat(), type);
      return unionLcsHits(own, sentences(reference));
    };
    return rates(combine(references.map(compare), settings, typeof type === 'number' ? roundToFive : (recall) => recall));
  };
  const stem = !settings.stem ? 'no' : settings.exceptions === undefined ? 'porter' : 'wordnet+porter';
  return { segment, settings: { case: 'lc', stem, multi: settings.multi, alpha: '0.5', ref: 'rouge-1.5.5' } };
}
