import { createRng, type Rng } from '@prefix-tuning/base';
import type { Segments } from '../../src/metric.js';
import { pick } from './noise.js';

const repeat = (text: string, count: number) => Array<string>(count).fill(text).join(' ');
const SENTENCE = 'The quick brown fox, aged 3.5 years, jumps over the lazy dog.';

const characters = (rng: Rng, from: number, to: number, length: number) =>
  String.fromCodePoint(...Array.from({ length }, () => from + rng.integer(to - from)));

/** Kinds of text that break things. None holds a line break: the references read a segment a line. */
const kinds: readonly ((rng: Rng) => string)[] = [
  () => '',
  () => ' ',
  () => 'a',
  () => '0',
  () => '0 0 1 0',
  () => '.',
  () => '. . . , , , ! ? ; :',
  () => '!?!?!?... --- "" \'\' ``',
  () => '\u{1f600} \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u{1f1e9}\u{1f1ea}',
  () => 'good \u{1f44d}\u{1f3fd} food',
  () => '\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd',
  () => '\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u060c \u0643\u064a\u0641\u061f',
  () => '\u4f60\u597d\uff0c\u4e16\u754c\u3002',
  () => '\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35',
  () => 'e\u0301te\u0301 et \u00e9t\u00e9',
  () => '\u0130stanbul STRASSE Stra\u00dfe \u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2',
  () => 'a\u00adb soft\u00adhyphen zero\u200bwidth',
  () => '\u00a0non\u00a0breaking\u3000spaces\u2009here',
  () => '<b>bold</b> &amp; &lt;i&gt; &quot;x&quot; &nbsp; &#39;',
  () => 'A.B.C. 1.2.3 4,5,6 7-8 9- -1 +2 .5 6.',
  () => "can't won't I'll he'd we've they're o'clock 'tis y'all",
  (rng) => repeat('the', 1 + rng.integer(50)),
  (rng) => repeat('the cat', 1 + rng.integer(30)),
  (rng) => repeat(SENTENCE, 1 + rng.integer(4)),
  (rng) => SENTENCE.split(' ').slice(0, 1 + rng.integer(4)).join(' '),
  (rng) => rng.shuffle(SENTENCE.split(' ')).join(' '),
  (rng) => SENTENCE.toUpperCase().slice(rng.integer(10)),
  (rng) => characters(rng, 0x21, 0x7f, 1 + rng.integer(40)),
  (rng) => Array.from({ length: 8 }, () => characters(rng, 0x21, 0x7f, 1 + rng.integer(6))).join(' '),
  (rng) => Array.from({ length: 6 }, () => characters(rng, 0xa1, 0x250, 1 + rng.integer(6))).join(' '),
  (rng) => Array.from({ length: 6 }, () => characters(rng, 0x2190, 0x2600, 1 + rng.integer(3))).join(' '),
  (rng) => 'x'.repeat(1 + rng.integer(500)),
  () => SENTENCE,
];

const LONG = 10_000;

/** 500 hostile segments; the first reference is never empty, since mteval fails on a segment without reference words. */
export function hostileSegments(): Segments {
  const rng = createRng('metric goldens').fork('hostile');
  const hypotheses: string[] = [];
  const references: string[][] = [];
  for (let i = 0; i < 498; i++) {
    hypotheses.push(kinds[i % kinds.length]!(rng));
    const first = rng.uniform() < 0.5 ? SENTENCE : `${hypotheses[i]!} x`;
    const others = Array.from({ length: rng.integer(3) }, () => pick(rng, kinds)(rng));
    references.push([first, ...others]);
  }
  const words = SENTENCE.split(' ');
  hypotheses.push(Array.from({ length: LONG }, () => pick(rng, words)).join(' '), repeat('again', LONG));
  references.push([SENTENCE, repeat(SENTENCE, 3)], [repeat('again', 12), 'once again .']);
  return { hypotheses, references };
}
