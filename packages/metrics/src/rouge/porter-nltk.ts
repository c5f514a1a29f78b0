/** Replaces `suffix`; with `when` only if the remaining stem satisfies it. Of a list the first whose suffix fits decides. */
interface SuffixRule {
  readonly suffix: string;
  readonly replacement: string;
  readonly when?: (stem: string) => boolean;
}

/** `suffix>replacement` pairs, all under one condition. */
const suffixes = (list: string, when?: (stem: string) => boolean): SuffixRule[] =>
  list.split(' ').map((pair) => {
    const [suffix = '', replacement = ''] = pair.split('>');
    return when === undefined ? { suffix, replacement } : { suffix, replacement, when };
  });

/** Each letter as `c` or `v`: a vowel is a, e, i, o, u, or y after a consonant. */
function shape(word: string): string {
  let result = '';
  for (const letter of word) {
    const vowel = 'aeiou'.includes(letter) || (letter === 'y' && result.endsWith('c'));
    result += vowel ? 'v' : 'c';
  }
  return result;
}

/** Porter's m: how often a consonant follows a vowel. */
const measure = (stem: string) => shape(stem).split('vc').length - 1;
const someMeasure = (stem: string) => measure(stem) > 0;
const longMeasure = (stem: string) => measure(stem) > 1;
const hasVowel = (stem: string) => shape(stem).includes('v');

/** Porter's *o, consonant-vowel-consonant at the end but not with w, x or y; NLTK adds two-letter words such as `in`. */
function endsShort(word: string): boolean {
  const letters = shape(word);
  return (letters.endsWith('cvc') && !/[wxy]$/.test(word)) || letters === 'vc';
}

function applyFirst(word: string, rules: readonly SuffixRule[]): string {
  const rule = rules.find(({ suffix }) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const stem = word.slice(0, word.length - rule.suffix.length);
  return rule.when === undefined || rule.when(stem) ? stem + rule.replacement : word;
}

const PLURALS = suffixes('sses>ss ies>i ss>ss s>');
const STEP_2 = [
  ...suffixes(
    'ational>ate tional>tion enci>ence anci>ance izer>ize bli>ble alli>al entli>ent eli>e ousli>ous ization>ize ation>ate ator>ate ' +
      'alism>al iveness>ive fulness>ful ousness>ous aliti>al iviti>ive biliti>ble fulli>ful',
    someMeasure,
  ),
  // NLTK measures with the l kept.
  ...suffixes('logi>log', (stem) => someMeasure(`${stem}l`)),
];
const STEP_3 = suffixes('icate>ic ative> alize>al iciti>ic ical>ic ful> ness>', someMeasure);
const STEP_4 = [
  ...suffixes('al> ance> ence> er> ic> able> ible> ant> ement> ment> ent>', longMeasure),
  ...suffixes('ion>', (stem) => longMeasure(stem) && /[st]$/.test(stem)),
  ...suffixes('ou> ism> ate> iti> ous> ive> ize>', longMeasure),
];

function pastAndProgressive(word: string): string {
  if (word.endsWith('ied')) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith('eed')) return someMeasure(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const suffix = ['ed', 'ing'].find((end) => word.endsWith(end) && hasVowel(word.slice(0, -end.length)));
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (/(.)\1$/s.test(stem) && shape(stem).endsWith('c')) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsShort(stem) ? `${stem}e` : stem;
}

function derivations(word: string): string {
  if (word.endsWith('alli') && someMeasure(word.slice(0, -4))) return derivations(word.slice(0, -2));
  return applyFirst(word, STEP_2);
}

function finalE(word: string): string {
  if (!word.endsWith('e')) return word;
  const stem = word.slice(0, -1);
  const m = measure(stem);
  return m > 1 || (m === 1 && !endsShort(stem)) ? stem : word;
}

const IRREGULAR: Readonly<Record<string, string>> = {
  skies: 'sky', sky: 'sky', dying: 'die', lying: 'lie', tying: 'tie', news: 'news', innings: 'inning', inning: 'inning',
  outings: 'outing', outing: 'outing', cannings: 'canning', canning: 'canning', howe: 'howe', proceed: 'proceed',
  exceed: 'exceed', succeed: 'succeed',
};

/**
 * Porter's stemmer with NLTK's extensions, which is what Google's rouge-score stems with.
 *
 * @param word  lower-case
 */
export function stemPorterNltk(word: string): string {
  if (Object.hasOwn(IRREGULAR, word)) return IRREGULAR[word]!;
  if (word.length <= 2) return word;
  const singular = word.endsWith('ies') && word.length === 4 ? word.slice(0, -1) : applyFirst(word, PLURALS);
  const present = pastAndProgressive(singular);
  const yToI = applyFirst(present, suffixes('y>i', (stem) => stem.length > 1 && shape(stem).endsWith('c')));
  const bare = finalE(applyFirst(applyFirst(derivations(yToI), STEP_3), STEP_4));
  return bare.endsWith('ll') && longMeasure(bare.slice(0, -1)) ? bare.slice(0, -1) : bare;
}
