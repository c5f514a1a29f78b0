import { bleu } from '../bleu/bleu.js';
import { cider } from '../cider/cider.js';
import { meteor } from '../meteor/meteor.js';
import { nist } from '../nist/nist.js';
import { rouge } from '../rouge/rouge.js';
import { ter } from '../ter/ter.js';
import { tokenizeCaptionSegments } from '../tokenize/segments.js';
import { normalizeWebnlg } from '../tokenize/webnlg.js';
import type { Segments } from '../metric.js';
import type { Prepared, Suite, SuiteColumn, SuiteName, SuiteResources } from './suite.js';

const share = { scale: 1, digits: 2, higherIsBetter: true };
const percent = { scale: 100, digits: 1, higherIsBetter: true };

/** Without what a suite is told or has prepared besides. */
const plain = ({ hypotheses, references }: Segments): Segments => ({ hypotheses, references });
/** METEOR and tercom get no empty references, but always the first. */
const withoutEmpty = ({ hypotheses, references }: Segments): Segments => ({
  hypotheses,
  references: references.map((list) => list.filter((text, i) => i === 0 || text !== '')),
});
const firstOnly = ({ hypotheses, references }: Segments): Segments => ({ hypotheses, references: references.map((list) => list.slice(0, 1)) });
const withMeteor = (segments: Segments, { meteor: data }: SuiteResources) => meteor({ ...segments, ...(data && { data }) });

const e2e: Suite = {
  name: 'e2e',
  title: 'E2E NLG Challenge, as its measure_scores.py',
  prepare: (input) => {
    const { hypotheses, references } = tokenizeCaptionSegments(input, 'ptb');
    const join = (tokens: readonly string[]) => tokens.join(' ');
    return { ...input, captions: { hypotheses: hypotheses.map(join), references: references.map((list) => list.map(join)) } };
  },
  columns: [
    { ...percent, name: 'BLEU', score: (segments) => bleu({ ...plain(segments), style: 'mteval-v13a' }) },
    { ...share, name: 'NIST', score: (segments) => nist(plain(segments)) },
    { ...percent, name: 'MET', score: ({ captions }, resources) => withMeteor(captions!, resources) },
    { ...percent, name: 'R-L', score: ({ captions }) => rouge({ ...captions!, style: 'coco', tokenize: 'ptb-given' }) },
    { ...share, name: 'CIDEr', score: ({ captions }) => cider({ ...captions!, tokenize: 'ptb-given' }) },
  ],
};

/** The three columns of a metric on WebNLG: seen, unseen and all categories. */
function bySubset(column: SuiteColumn): SuiteColumn[] {
  const part = (subset: 'seen' | 'unseen'): SuiteColumn['score'] => {
    return (segments, resources) => {
      if (segments.subsets === undefined) return { missing: `needs to know which segments are of ${subset} categories (subsets)` };
      const places = segments.subsets.flatMap((value, i) => (value === subset ? [i] : []));
      if (places.length === 0) return { missing: `no segment is of an ${subset} category` };
      return column.score(pickSegments(segments, places), resources);
    };
  };
  return [
    { ...column, name: `${column.name} S`, score: part('seen') },
    { ...column, name: `${column.name} U`, score: part('unseen') },
    { ...column, name: `${column.name} A`, score: (segments, resources) => column.score(plain(segments), resources) },
  ];
}

function pickSegments({ hypotheses, references }: Segments, places: readonly number[]): Prepared {
  return { hypotheses: places.map((i) => hypotheses[i]!), references: places.map((i) => references[i]!) };
}

const webnlg2017: Suite = {
  name: 'webnlg2017',
  title: 'WebNLG Challenge 2017, as its evaluation scripts',
  // Of more than three references the scripts use the first three.
  prepare: (input) => ({
    ...input,
    hypotheses: input.hypotheses.map(normalizeWebnlg),
    references: input.references.map((list) => list.slice(0, 3).map(normalizeWebnlg)),
  }),
  columns: [
    ...bySubset({ ...percent, scale: 1, name: 'BLEU', score: (segments) => bleu({ ...segments, style: 'multi-bleu', lowercase: true }) }),
    ...bySubset({ ...share, name: 'MET', score: (segments, resources) => withMeteor(withoutEmpty(segments), resources) }),
    ...bySubset({ ...share, higherIsBetter: false, name: 'TER', score: (segments) => ter(withoutEmpty(segments)) }),
  ],
};

const needs = (metric: string) => ({ missing: `needs ${metric} with an embedding function or model (resources)` });

const dart: Suite = {
  name: 'dart',
  title: 'DART, as its run_eval_on_dart.sh',
  prepare: plain,
  columns: [
    { ...percent, scale: 1, name: 'BLEU', score: (segments) => bleu({ ...segments, style: 'multi-bleu' }) },
    { ...share, name: 'MET', score: (segments, resources) => withMeteor(withoutEmpty(segments), resources) },
    { ...share, higherIsBetter: false, name: 'TER', score: (segments) => ter(withoutEmpty(segments)) },
    { ...share, name: 'Mover', score: (segments, { moverScore }) => moverScore?.(firstOnly(segments)) ?? needs('MoverScore') },
    { ...share, name: 'BERT', score: (segments, { bertScore }) => bertScore?.(withoutEmpty(segments)) ?? needs('BERTScore') },
    { ...share, name: 'BLEURT', score: (segments, { bleurt }) => bleurt?.(firstOnly(segments)) ?? needs('BLEURT') },
  ],
};

const xsum: Suite = {
  name: 'xsum',
  title: "XSUM, as Google's rouge-score",
  prepare: plain,
  columns: ([1, 2, 'L'] as const).map((type) => ({ ...percent, digits: 2, name: `R-${type}`, score: (segments) => rouge({ ...segments, type }) })),
};

/** Each dataset's columns in the paper's Tables 1 and 2, with its official script's tokenisation and references. */
export const suites: Readonly<Record<SuiteName, Suite>> = { e2e, webnlg2017, dart, xsum };
