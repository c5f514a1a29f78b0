import { SACREBLEU_VERSION } from '../bleu/sacrebleu.js';
import { checkSegments, checkStyle, type Score, type Segments, type SegmentStatistics, type StyleOptions } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { scoreStatistics, sumRows } from '../statistics.js';
import { countEdits, DELETE, INSERT, type EditCounts, type EditSearch } from './edits.js';
import { sacrebleuSearch } from './sacrebleu.js';
import { tercomSearch } from './tercom.js';
import { tokenizeSacrebleuTer, tokenizeTercom, type SacrebleuTokens, type TercomTokens } from './tokenize.js';

export type TerOptions = ({ readonly style?: 'tercom' } & TercomTokens) | ({ readonly style: 'sacrebleu' } & SacrebleuTokens);

const STYLES: StyleOptions<TerOptions> = {
  tercom: { caseSensitive: true, normalized: true, noPunct: true },
  sacrebleu: { caseSensitive: true, normalized: true, noPunct: true, asianSupport: true },
};

export interface TerParts extends EditCounts {
  /** Words of the references: of each segment the mean over its references. */
  readonly referenceWords: number;
}

const NAMES = ['edits', 'referenceWords', 'insertions', 'deletions', 'substitutions', 'shifts', 'shiftedWords'] as const;

/**
 * Translation edit rate (Snover et al. 2006) as tercom 0.7.25 (the default) or sacrebleu computes it.
 *
 * TER = edits / mean reference length. Of several references the one with fewest edits counts, the first of equals;
 * the length is the mean over all of them. `tercom` gives a share, as the WebNLG and DART scripts print it,
 * `sacrebleu` percent. A score without reference words is 1 (100) if there are edits and 0 if there are none;
 * the total that tercom prints is then infinite or not a number.
 *
 * @throws MetricInputError  if hypotheses and references do not fit, or the style is not one of the two
 * @throws ConfigError  if the style lacks an option
 */
export function ter({ hypotheses, references, ...options }: Segments & TerOptions): Score<TerParts> {
  checkSegments('ter', { hypotheses, references });
  checkStyle('ter', options, STYLES);
  const style = terStyle(options);
  const rows = hypotheses.map((text, i) => segmentRow(style.tokenize(text), references[i]!.map(style.tokenizeReference ?? style.tokenize), style.find));
  const statistics: SegmentStatistics = {
    names: NAMES,
    rows,
    aggregate: (sum) => style.scale * rate(sum[0]!, sum[1]!),
  };
  const sum = sumRows(rows, NAMES.length);
  return {
    metric: 'TER',
    higherIsBetter: false,
    parts: Object.fromEntries(NAMES.map((name, i) => [name, sum[i]!])) as unknown as TerParts,
    statistics,
    signature: formatSignature({ nrefs: referenceCount(references), ...style.settings }),
    ...scoreStatistics(statistics),
  };
}

/** The words of a text, and whether the reference implementation takes it for an empty one. */
interface Words {
  readonly words: readonly string[];
  readonly empty: boolean;
}

interface TerStyle {
  readonly tokenize: (text: string) => Words;
  /** Where references are treated otherwise. */
  readonly tokenizeReference?: (text: string) => Words;
  readonly find: EditSearch;
  readonly scale: number;
  readonly settings: Readonly<Record<string, string>>;
}

function terStyle(options: TerOptions): TerStyle {
  const yes = (value: boolean | undefined) => (value ? 'yes' : 'no');
  const { caseSensitive, normalized, noPunct } = options;
  const common = { case: caseSensitive ? 'mixed' : 'lc', tok: 'tercom', norm: yes(normalized), punct: yes(!noPunct) };
  switch (options.style) {
    case 'sacrebleu': {
      const split = (text: string) => tokenizeSacrebleuTer(text, options);
      return {
        tokenize: (text) => ({ words: split(text), empty: false }),
        // sacrebleu normalises references twice, which splits a few more of them.
        tokenizeReference: (text) => ({ words: split(split(text).join(' ')), empty: false }),
        find: sacrebleuSearch(),
        scale: 100,
        settings: { ...common, asian: yes(options.asianSupport), version: SACREBLEU_VERSION },
      };
    }
    default:
      return {
        tokenize: (text) => tokenizeTercom(text, options),
        find: tercomSearch(),
        scale: 1,
        settings: { ...common, ref: 'tercom-0.7.25', version: METRICS_VERSION },
      };
  }
}

function segmentRow(hypothesis: Words, references: readonly Words[], find: EditSearch): Float64Array {
  const ids = new Map<string, number>();
  const numbers = ({ words }: Words) => numberWords(words, ids);
  const hypothesisWords = numbers(hypothesis);
  const referenceWords = references.map(numbers);
  let best: EditCounts | undefined;
  for (const [i, { empty }] of references.entries()) {
    const found =
      hypothesis.empty || empty
        ? compareEmpty(hypothesis, references[i]!)
        : find({ hypothesis: hypothesisWords, reference: referenceWords[i]!, vocabulary: ids.size }, best && best.edits - 1);
    if (found && (!best || found.edits < best.edits)) best = found;
  }
  const length = references.reduce((sum, { words, empty }) => sum + (empty ? 0 : words.length), 0) / references.length;
  return Float64Array.from(NAMES, (name) => (name === 'referenceWords' ? length : best![name]));
}

/** Words as numbers from 0; new words go into `ids`. */
function numberWords(words: readonly string[], ids: Map<string, number>): Int32Array {
  const numbers = new Int32Array(words.length);
  words.forEach((word, i) => {
    let id = ids.get(word);
    if (id === undefined) ids.set(word, (id = ids.size));
    numbers[i] = id;
  });
  return numbers;
}

/** Everything is inserted or deleted where one of the two has no words. */
function compareEmpty(hypothesis: Words, reference: Words): EditCounts {
  const [{ words, empty }, step] = hypothesis.empty ? [reference, DELETE] : [hypothesis, INSERT];
  const steps = new Uint8Array(empty ? 0 : words.length).fill(step);
  return countEdits({ edits: steps.length, steps }, []);
}

function rate(edits: number, words: number): number {
  if (words > 0) return edits / words;
  return edits > 0 ? 1 : 0;
}
