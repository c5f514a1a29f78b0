import { checkChoice, checkCount, checkSegments, checkStyle, MetricInputError, type Score, type Segments, type SegmentStatistics, type StyleOptions } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { sumRows } from '../statistics.js';
import { cocoRougeL, type CocoRougeOptions } from './coco.js';
import { googleStyle } from './google.js';
import { resampleAsPerl } from './perl-bootstrap.js';
import { perlStyle } from './perl.js';
import type { Rouge, RougeStyle, RougeType } from './style.js';

export type RougeOptions =
  | {
      readonly style?: 'rouge-score';
      /** 1 to 9, `L` or `Lsum` (sentences are lines); default `L`. */
      readonly type?: RougeType;
      /** Porter's stemmer for words of more than three letters; default true. */
      readonly stem?: boolean;
    }
  | {
      readonly style: 'rouge-1.5.5';
      /** 1 to 9 or `L`, which here always goes by sentences (lines); default `L`. */
      readonly type?: number | 'L';
      /** The script's option `-m`; default true. */
      readonly stem?: boolean;
      /** WordNet's irregular forms (see {@link parseWordnetExceptions}), which `-m` looks up before it stems. */
      readonly exceptions?: ReadonlyMap<string, string>;
      /** Several references: `average` (default, `-f A`) or `best` (`-f B`). */
      readonly multi?: 'average' | 'best';
      /** The script's option `-r`: averages are then those it prints, over this many of its own resamples. */
      readonly resamples?: number;
    }
  | ({ readonly style: 'coco'; readonly type?: 'L' } & CocoRougeOptions);

const STYLES: StyleOptions<RougeOptions> = {
  'rouge-score': { type: true, stem: true },
  'rouge-1.5.5': { type: true, stem: true, exceptions: true, multi: true, resamples: true },
  coco: { type: true, tokenize: true },
};

/** Means over segments. */
export type RougeParts = Rouge;

/**
 * ROUGE (Lin 2004) as one of three reference implementations computes it: a share, the mean F over segments.
 *
 * - `rouge-score` (default): Google's package. The `mid` of its aggregator is this mean but for its bootstrap's noise.
 * - `rouge-1.5.5`: the Perl script with SPL or SEE files and `-p 0.5`. It prints averages of bootstrap resamples; with
 *   `resamples: 1000` (its default) score and parts are those, without they are the plain means.
 * - `coco`: ROUGE-L of the MS-COCO caption scripts, with beta 1.2 (see {@link cocoRougeL}).
 *
 * @throws MetricInputError  if hypotheses and references do not fit, or there is no such style, type or value of an option
 * @throws ConfigError  if the style lacks an option
 */
export function rouge({ hypotheses, references, ...options }: Segments & RougeOptions): Score<RougeParts> {
  checkSegments('rouge', { hypotheses, references });
  checkStyle('rouge', options, STYLES);
  const { type = 'L' } = options;
  if (options.style === 'coco') {
    checkChoice('rouge', { type }, ['L']);
    return cocoRougeL({ hypotheses, references }, options);
  }
  const style = rougeStyle(type, options);
  const segments = hypotheses.map((text, i) => style.segment(text, references[i]!));
  const statistics: SegmentStatistics = {
    names: ['precision', 'recall', 'fmeasure'],
    rows: segments.map(({ precision, recall, fmeasure }) => Float64Array.of(precision, recall, fmeasure)),
    aggregate: (sum, count) => sum[2]! / count,
  };
  const resamples = options.style === 'rouge-1.5.5' ? options.resamples : undefined;
  const rows = resamples === undefined ? statistics.rows : resampleAsPerl(statistics.rows, resamples);
  const [precision, recall, fmeasure] = sumRows(rows, 3).map((sum) => sum / rows.length);
  const settings = resamples === undefined ? style.settings : { ...style.settings, bs: resamples };
  return {
    metric: `ROUGE-${type}`,
    score: fmeasure!,
    higherIsBetter: true,
    parts: { precision: precision!, recall: recall!, fmeasure: fmeasure! },
    segments: segments.map((segment) => segment.fmeasure),
    statistics,
    signature: formatSignature({ nrefs: referenceCount(references), type, ...settings, version: METRICS_VERSION }),
  };
}

type LinRougeOptions = Exclude<RougeOptions, { style: 'coco' }>;

/** Type, reference implementation and its options, checked. */
function rougeStyle(type: RougeType, options: LinRougeOptions): RougeStyle {
  const { stem = true } = options;
  const perl = options.style === 'rouge-1.5.5';
  const named = type === 'L' || (type === 'Lsum' && !perl);
  if (!named && !(typeof type === 'number' && Number.isInteger(type) && type >= 1 && type <= 9)) {
    const expected = perl ? '1 to 9 or L' : '1 to 9, L or Lsum';
    throw new MetricInputError(`rouge: expected ${expected} as type, got ${type}.`, { details: { type } });
  }
  if (options.style === 'rouge-1.5.5') {
    const { exceptions, multi = 'average', resamples } = options;
    checkChoice('rouge', { multi }, ['average', 'best']);
    if (resamples !== undefined) checkCount('rouge', { resamples });
    return perlStyle(type, { stem, exceptions, multi });
  }
  return googleStyle(type, stem);
}
