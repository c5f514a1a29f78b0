import { checkFields } from '@prefix-tuning/base';
import { checkSegments, type Score, type Segments, type SegmentStatistics } from '../metric.js';
import { formatSignature, METRICS_VERSION, referenceCount } from '../signature.js';
import { scoreStatistics, sumRows } from '../statistics.js';
import { AlignmentSearch } from './align.js';
import { BUILT_IN_METEOR_DATA, type MeteorData } from './data.js';
import { createLexicon } from './lexicon.js';
import { MatchTable, STAGES } from './matches.js';
import { normalLine } from './normalize.js';
import { Spans } from './paraphrases.js';
import { countStatistics, createRow, meteorValue, statisticNames, type MeteorValue } from './score.js';

export interface MeteorOptions {
  /** What `loadMeteorData` gives. Without it: exact words and stems, with this package's own word lists. */
  readonly data?: MeteorData;
}

export interface MeteorParts extends MeteorValue {
  /** The stages that matched, in order. */
  readonly stages: readonly string[];
  /** Stages of METEOR 1.5 for which there was no data; with any of them the score is not METEOR 1.5's. */
  readonly missingStages: readonly string[];
  /** The sums behind the score, by name. */
  readonly statistics: Readonly<Record<string, number>>;
}

/**
 * METEOR 1.5 for English (`-l en -norm`): precision and recall of words matched exactly, by stem, synonym and paraphrase,
 * lowered by how scattered the matches are. A share from 0 to 1.
 *
 * The corpus score is that of summed statistics. Of several references the one with the best score counts, the first
 * of equals. With all data of METEOR 1.5 the scores are equal to the original's; a stage without data is left out, as
 * with the original's option `-m`, and `parts` and signature say so.
 *
 * @throws MetricInputError  if hypotheses and references do not fit
 * @throws ConfigError  for an option that does not exist
 * @see Denkowski and Lavie 2014, "Meteor Universal: language specific translation evaluation for any target language"
 */
export function meteor({ hypotheses, references, ...options }: Segments & MeteorOptions): Score<MeteorParts> {
  checkSegments('meteor', { hypotheses, references });
  checkFields('meteor options', options, ['data']);
  const { data = BUILT_IN_METEOR_DATA } = options;
  const stages = STAGES.slice(0, 2) as string[];
  if (data.synonyms) stages.push('synonym');
  if (data.paraphrases) stages.push('paraphrase');
  const bestRow = createComparison(data);
  const rows = hypotheses.map((hypothesis, i) => bestRow(hypothesis, references[i]!));
  const names = statisticNames(STAGES);
  const statistics: SegmentStatistics = { names, rows, aggregate: (sum) => meteorValue(sum).score };
  const sum = sumRows(rows, names.length);
  return {
    metric: 'METEOR',
    higherIsBetter: true,
    parts: {
      ...meteorValue(sum),
      stages,
      missingStages: STAGES.filter((stage) => !stages.includes(stage)),
      statistics: Object.fromEntries(names.map((name, i) => [name, sum[i]!])),
    },
    statistics,
    signature: signatureOf(data, { nrefs: referenceCount(references), stages }),
    ...scoreStatistics(statistics),
  };
}

/** Finds the statistics of the best reference; its tables serve all segments. */
function createComparison(data: MeteorData): (hypothesis: string, references: readonly string[]) => Float64Array {
  const prepare = createLexicon(data);
  const [hypothesisSpans, referenceSpans] = [new Spans(), new Spans()];
  const matches = new MatchTable();
  const search = new AlignmentSearch(matches);
  let [row, best] = [createRow(), createRow()];
  return (text, references) => {
    const hypothesis = prepare(normalLine(text, data.nonbreaking), hypothesisSpans);
    matches.setHypothesis(hypothesis);
    let most = -1;
    for (const other of references) {
      const reference = prepare(normalLine(other, data.nonbreaking), referenceSpans);
      matches.fill(reference, data.paraphrases);
      search.run(reference.words.length, hypothesis.words.length);
      countStatistics(row, { hypothesis, reference }, { matches, chosen: search.chosen });
      const { score } = meteorValue(row);
      if (score <= most) continue;
      most = score;
      [row, best] = [best, row];
    }
    return best.slice();
  };
}

function signatureOf({ sources, paraphrases }: MeteorData, { nrefs, stages }: { nrefs: number | 'var'; stages: readonly string[] }): string {
  return formatSignature({
    nrefs,
    lang: 'en',
    norm: 'yes',
    task: 'rank',
    stages: stages.join('+'),
    words: sources.words,
    wordnet: sources.synonyms ?? 'none',
    paraphrases: paraphrases?.id ?? 'none',
    ref: 'meteor-1.5',
    version: METRICS_VERSION,
  });
}
