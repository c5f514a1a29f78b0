import { bleu, chrf, cider, compareSystems, meteor, nist, rouge, ter, tokenizeCaptions } from '../../src/index.js';
import { inputs } from '../inputs/index.js';

/** Powers (METEOR's penalty) differ in the last bit between versions of V8. */
const rounded = (value: number) => Number(value.toPrecision(14));

/** Scores and signatures of all lexical metrics on a part of the goldens' inputs, as plain data. */
export default function scoreAll() {
  const take = (name: 'e2e' | 'hostile') => ({
    hypotheses: inputs[name].hypotheses.slice(0, 60),
    references: inputs[name].references.slice(0, 60),
  });
  return (['e2e', 'hostile'] as const).map((name) => {
    const segments = take(name);
    const scores = [
      bleu(segments),
      bleu({ ...segments, tokenize: 'intl' }),
      bleu({ ...segments, style: 'mteval-v13a' }),
      bleu({ ...segments, style: 'multi-bleu' }),
      nist(segments),
      rouge(segments),
      rouge({ ...segments, style: 'rouge-1.5.5', type: 2 }),
      rouge({ ...segments, style: 'coco' }),
      cider(segments),
      ter(segments),
      ter({ ...segments, style: 'sacrebleu' }),
      meteor(segments),
      chrf(segments),
    ];
    const { pValue } = compareSystems({ baseline: scores[0]!, system: scores[0]! }, { samples: 20 });
    return {
      scores: scores.map(({ metric, score, segments: each, signature }) => ({ metric, score: rounded(score), each: each.map(rounded), signature })),
      tokens: tokenizeCaptions(segments.hypotheses),
      pValue,
    };
  });
}
