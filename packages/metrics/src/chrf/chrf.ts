import { checkAmount, checkSegments, MetricInputError, type Score, type Segments, type SegmentStatistics } from '../metric.js';
import { checkFields, type FieldsOf } from '@prefix-tuning/base';
import { SACREBLEU_VERSION } from '../bleu/sacrebleu.js';
import { formatSignature, referenceCount } from '../signature.js';
import { scoreStatistics, sumRows } from '../statistics.js';
import { splitPython } from '../tokenize/whitespace.js';

export interface ChrfOptions {
  /** Longest character n-gram; default 6. */
  readonly charOrder?: number;
  /** Longest word n-gram: 0 (default) for chrF, 2 for chrF++. */
  readonly wordOrder?: number;
  /** Weight of recall over precision; default 2. */
  readonly beta?: number;
  readonly lowercase?: boolean;
  /** Counts spaces as characters; default false. */
  readonly whitespace?: boolean;
}

export interface ChrfParts {
  /** Shares, character orders first, then word orders. */
  readonly precisions: readonly number[];
  readonly recalls: readonly number[];
}

const fields: FieldsOf<ChrfOptions> = { charOrder: true, wordOrder: true, beta: true, lowercase: true, whitespace: true };

type Settings = Required<Omit<ChrfOptions, 'beta'>>;
type Counts = ReadonlyMap<string, number>;

/**
 * chrF and chrF++ (Popovic 2015, 2017) as sacrebleu 2.6.0 computes and names them, in percent.
 *
 * Orders that hypothesis or reference is too short for are left out. Of several references the best counts.
 *
 * @throws MetricInputError  if hypotheses and references do not fit, or there is no order to count or no beta
 * @throws ConfigError  for an option that does not exist
 */
export function chrf({ hypotheses, references, ...options }: Segments & ChrfOptions): Score<ChrfParts> {
  checkSegments('chrf', { hypotheses, references });
  checkFields('chrf options', options, Object.keys(fields));
  const { charOrder = 6, wordOrder = 0, beta = 2, lowercase = false, whitespace = false } = options;
  if (!Number.isInteger(charOrder) || !Number.isInteger(wordOrder) || charOrder < 0 || wordOrder < 0 || charOrder + wordOrder === 0) {
    throw new MetricInputError(`chrf: expected whole numbers as charOrder and wordOrder, not both 0, got ${charOrder} and ${wordOrder}.`, { details: { charOrder, wordOrder } });
  }
  checkAmount('chrf', { beta });
  const count = (text: string) => countOrders(text, { charOrder, wordOrder, lowercase, whitespace });
  const rows = hypotheses.map((text, i) => bestRow(count(text), references[i]!.map(count), beta));
  const statistics: SegmentStatistics = {
    names: rows[0]!.reduce<string[]>((names, _, k) => [...names, `${['hypothesis', 'reference', 'matches'][k % 3]}${Math.floor(k / 3) + 1}`], []),
    rows,
    aggregate: (sum) => fScore(sum, beta),
  };
  const sum = sumRows(rows, statistics.names.length);
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const orders = Array.from({ length: charOrder + wordOrder }, (_, n) => sum.subarray(3 * n, 3 * n + 3));
  return {
    metric: `chrF${beta}${'+'.repeat(wordOrder)}`,
    higherIsBetter: true,
    parts: { precisions: orders.map(([own, , match]) => share(match!, own!)), recalls: orders.map(([, other, match]) => share(match!, other!)) },
    statistics,
    signature: formatSignature({
      nrefs: referenceCount(references),
      case: lowercase ? 'lc' : 'mixed',
      eff: 'yes',
      nc: charOrder,
      nw: wordOrder,
      space: whitespace ? 'yes' : 'no',
      version: SACREBLEU_VERSION,
    }),
    ...scoreStatistics(statistics),
  };
}

function countOrders(text: string, { charOrder, wordOrder, lowercase, whitespace }: Settings): Counts[] {
  const cased = lowercase ? text.toLowerCase() : text;
  const characters = Array.from(whitespace ? cased : splitPython(cased).join(''));
  const words = wordOrder === 0 ? [] : splitPython(cased).flatMap(partPunctuation);
  const orders = (length: number) => Array.from({ length }, (_, n) => n + 1);
  return [...orders(charOrder).map((n) => countNgrams(characters, n, '')), ...orders(wordOrder).map((n) => countNgrams(words, n, ' '))];
}

function countNgrams(items: readonly string[], order: number, glue: string): Counts {
  const counts = new Map<string, number>();
  for (let i = 0; i + order <= items.length; i++) {
    const gram = items.slice(i, i + order).join(glue);
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

/** One ASCII punctuation mark at the end of a word, or else at its start, becomes a word. */
function partPunctuation(word: string): string[] {
  const letters = Array.from(word);
  const punctuation = /^[!-/:-@[-`{-~]$/;
  if (letters.length === 1) return letters;
  if (punctuation.test(letters.at(-1)!)) return [letters.slice(0, -1).join(''), letters.at(-1)!];
  return punctuation.test(letters[0]!) ? [letters[0]!, letters.slice(1).join('')] : [word];
}

/** For each order: n-grams of the hypothesis (0 if the reference has none), of the reference, and common ones. */
function bestRow(own: readonly Counts[], references: readonly (readonly Counts[])[], beta: number): Float64Array {
  const total = (counts: Counts) => [...counts.values()].reduce((sum, count) => sum + count, 0);
  const rows = references.map((reference) =>
    Float64Array.from(
      own.flatMap((counts, n) => {
        const other = reference[n]!;
        const matches = [...counts].reduce((sum, [gram, count]) => sum + Math.min(count, other.get(gram) ?? 0), 0);
        return [other.size === 0 ? 0 : total(counts), total(other), matches];
      }),
    ),
  );
  return rows.reduce((best, row) => (fScore(row, beta) > fScore(best, beta) ? row : best));
}

/** F of mean precision and mean recall over the orders that both sides have. */
function fScore(row: Float64Array, beta: number): number {
  let [precision, recall, orders] = [0, 0, 0];
  for (let k = 0; k < row.length; k += 3) {
    const [own, other, match] = [row[k]!, row[k + 1]!, row[k + 2]!];
    if (own === 0 || other === 0) continue;
    precision += match / own;
    recall += match / other;
    orders++;
  }
  if (precision + recall === 0) return 0;
  // In sacrebleu's order, since a last digit decides between references that are equally good.
  precision /= orders;
  recall /= orders;
  return 100 * (((1 + beta ** 2) * precision * recall) / (beta ** 2 * precision + recall));
}
