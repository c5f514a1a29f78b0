const VOWEL = /[aeiouy]/;
const DOUBLE = /(bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;

/** Words with a stem of their own, or none at all. */
const WHOLE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    skis: 'ski', skies: 'sky', dying: 'die', lying: 'lie', tying: 'tie', idly: 'idl', gently: 'gentl', ugly: 'ugli', early: 'earli',
    only: 'onli', singly: 'singl', sky: 'sky', news: 'news', howe: 'howe', atlas: 'atlas', cosmos: 'cosmos', bias: 'bias', andes: 'andes',
  }),
);
/** Words that are done after step 1a. */
const DONE = new Set(['inning', 'outing', 'canning', 'herring', 'earring', 'proceed', 'exceed', 'succeed']);

type Rule = readonly [suffix: string, replacement: string];
const STEP2: readonly Rule[] = longestFirst({
  tional: 'tion', enci: 'ence', anci: 'ance', abli: 'able', entli: 'ent', izer: 'ize', ization: 'ize', ational: 'ate', ation: 'ate',
  ator: 'ate', alism: 'al', aliti: 'al', alli: 'al', fulness: 'ful', ousli: 'ous', ousness: 'ous', iveness: 'ive', iviti: 'ive',
  biliti: 'ble', bli: 'ble', ogi: 'og', fulli: 'ful', lessli: 'less', li: '',
});
const STEP3: readonly Rule[] = longestFirst({
  tional: 'tion', ational: 'ate', alize: 'al', icate: 'ic', iciti: 'ic', ical: 'ic', ful: '', ness: '', ative: '',
});
const STEP4: readonly Rule[] = longestFirst(
  Object.fromEntries(['al', 'ance', 'ence', 'er', 'ic', 'able', 'ible', 'ant', 'ement', 'ment', 'ent', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize', 'ion'].map((suffix) => [suffix, ''])),
);

function longestFirst(rules: Readonly<Record<string, string>>): readonly Rule[] {
  return Object.entries(rules).sort(([a], [b]) => b.length - a.length);
}

/**
 * The stem of a lower-case English word: Snowball's English stemmer, known as Porter2, as METEOR 1.5 carries it.
 *
 * @see https://snowballstem.org/algorithms/english/stemmer.html; tested against METEOR's own
 */
export function stemEnglish(word: string): string {
  const whole = WHOLE.get(word);
  if (whole !== undefined) return whole;
  if (word.length < 3) return word;
  const marked = markConsonantY(word.replace(/^'/, ''));
  const [r1, r2] = regions(marked);
  let stem = step1a(marked);
  if (!DONE.has(stem)) {
    stem = step1c(step1b(stem, r1));
    stem = step3(step2(stem, r1), { r1, r2 });
    stem = step5(step4(stem, r2), { r1, r2 });
  }
  return stem.replaceAll('Y', 'y');
}

/** A y at the start or after a vowel is a consonant, written Y. */
function markConsonantY(word: string): string {
  let marked = '';
  for (let i = 0; i < word.length; i++) {
    const consonant = word[i] === 'y' && (i === 0 || VOWEL.test(marked[i - 1]!));
    marked += consonant ? 'Y' : word[i]!;
  }
  return marked;
}

/** Where R1 and R2 begin: each after the first consonant that follows a vowel. */
function regions(word: string): [number, number] {
  const prefix = /^(gener|commun|arsen)/.exec(word);
  const r1 = prefix ? prefix[0].length : afterVowelConsonant(word, 0);
  return [r1, afterVowelConsonant(word, r1)];
}

function afterVowelConsonant(word: string, start: number): number {
  const found = /[aeiouy][^aeiouy]/.exec(word.slice(start));
  return found ? start + found.index + 2 : word.length;
}

function step1a(word: string): string {
  const stem = word.replace(/('s'|'s|')$/, '');
  if (stem.endsWith('sses')) return stem.slice(0, -2);
  if (/(ied|ies)$/.test(stem)) return stem.slice(0, stem.length > 4 ? -2 : -1);
  if (/(us|ss)$/.test(stem) || !stem.endsWith('s')) return stem;
  return VOWEL.test(stem.slice(0, -2)) ? stem.slice(0, -1) : stem;
}

function step1b(word: string, r1: number): string {
  const suffix = /(eedly|ingly|edly|eed|ing|ed)$/.exec(word)?.[0];
  if (suffix === undefined) return word;
  const stem = word.slice(0, -suffix.length);
  if (suffix.startsWith('ee')) return stem.length >= r1 ? `${stem}ee` : word;
  if (!VOWEL.test(stem)) return word;
  if (/(at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (DOUBLE.test(stem)) return stem.slice(0, -1);
  return stem.length === r1 && endsInShortSyllable(stem) ? `${stem}e` : stem;
}

/** Consonant, vowel, consonant but w, x or Y; or a word of a vowel and a consonant. */
function endsInShortSyllable(word: string): boolean {
  return /[^aeiouy][aeiouy][^aeiouywxY]$/.test(word) || /^[aeiouy][^aeiouy]$/.test(word);
}

function step1c(word: string): string {
  return /.[^aeiouy][yY]$/s.test(word) ? `${word.slice(0, -1)}i` : word;
}

/** The longest rule whose suffix the word has, and the word without it. */
function match(word: string, rules: readonly Rule[]): { suffix: string; replacement: string; stem: string } | undefined {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  return rule && { suffix: rule[0], replacement: rule[1], stem: word.slice(0, -rule[0].length) };
}

function step2(word: string, r1: number): string {
  const found = match(word, STEP2);
  if (!found || found.stem.length < r1) return word;
  if (found.suffix === 'ogi' && !found.stem.endsWith('l')) return word;
  if (found.suffix === 'li' && !/[cdeghkmnrt]$/.test(found.stem)) return word;
  return found.stem + found.replacement;
}

function step3(word: string, { r1, r2 }: { r1: number; r2: number }): string {
  const found = match(word, STEP3);
  if (!found || found.stem.length < (found.suffix === 'ative' ? r2 : r1)) return word;
  return found.stem + found.replacement;
}

function step4(word: string, r2: number): string {
  const found = match(word, STEP4);
  if (!found || found.stem.length < r2) return word;
  return found.suffix === 'ion' && !/[st]$/.test(found.stem) ? word : found.stem;
}

function step5(word: string, { r1, r2 }: { r1: number; r2: number }): string {
  const stem = word.slice(0, -1);
  if (word.endsWith('e')) return stem.length >= r2 || (stem.length >= r1 && !endsInShortSyllable(stem)) ? stem : word;
  return word.endsWith('ll') && stem.length >= r2 ? stem : word;
}
