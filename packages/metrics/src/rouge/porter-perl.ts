// A y is a vowel except at the start of a word, where it is written Y for the time being.
const C = '[^aeiou][^aeiouy]*';
const V = '[aeiouy][aeiou]*';
const someMeasure = new RegExp(`^(?:${C})?${V}${C}`);
const measureOne = new RegExp(`^(?:${C})?${V}${C}(?:${V})?$`);
const longMeasure = new RegExp(`^(?:${C})?${V}${C}${V}${C}`);
const hasVowel = new RegExp(`^(?:${C})?[aeiouy]`);
const endsShort = new RegExp(`^${C}[aeiouy][^aeiouwxy]$`);

const STEP_2: Readonly<Record<string, string>> = {
  ational: 'ate', tional: 'tion', enci: 'ence', anci: 'ance', izer: 'ize', bli: 'ble', alli: 'al', entli: 'ent', eli: 'e', ousli: 'ous',
  ization: 'ize', ation: 'ate', ator: 'ate', alism: 'al', iveness: 'ive', fulness: 'ful', ousness: 'ous', aliti: 'al', iviti: 'ive',
  biliti: 'ble', logi: 'log',
};
const STEP_3: Readonly<Record<string, string>> = { icate: 'ic', ative: '', alize: 'al', iciti: 'ic', ical: 'ic', ful: '', ness: '' };

const ending = (suffixes: string) => new RegExp(`(?:${suffixes})$`);
const step2 = ending(Object.keys(STEP_2).join('|'));
const step3 = ending(Object.keys(STEP_3).join('|'));
const step4 = ending('al|ance|ence|er|ic|able|ible|ant|ement|ou|ism|ate|iti|ous|ive|ize');

/** Splits off the longest of the endings, if there is one. */
function split(word: string, pattern: RegExp): { stem: string; suffix: string } | undefined {
  const match = pattern.exec(word);
  return match === null ? undefined : { stem: word.slice(0, match.index), suffix: match[0] };
}

function pastAndProgressive(word: string): string {
  if (word.endsWith('eed')) return someMeasure.test(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const found = split(word, /(?:ed|ing)$/);
  if (found === undefined || !hasVowel.test(found.stem)) return word;
  if (/(?:at|bl|iz)$/.test(found.stem)) return `${found.stem}e`;
  if (/([^aeiouylsz])\1$/.test(found.stem)) return found.stem.slice(0, -1);
  return endsShort.test(found.stem) ? `${found.stem}e` : found.stem;
}

function replaceEnding(word: string, pattern: RegExp, replacements: Readonly<Record<string, string>>): string {
  const found = split(word, pattern);
  return found !== undefined && someMeasure.test(found.stem) ? found.stem + replacements[found.suffix]! : word;
}

/** ROUGE tries `-ment` after `-ement` and `-ent` after both, each on what the one before left. */
function residue(word: string): string {
  for (const pattern of [step4, /ment$/]) {
    const found = split(word, pattern);
    if (found !== undefined && longMeasure.test(found.stem)) word = found.stem;
  }
  const found = split(word, /ent$/) ?? split(word, /(?<=[st])ion$/);
  return found !== undefined && longMeasure.test(found.stem) ? found.stem : word;
}

function finalE(word: string): string {
  if (!word.endsWith('e')) return word;
  const stem = word.slice(0, -1);
  return longMeasure.test(stem) || (measureOne.test(stem) && !endsShort.test(stem)) ? stem : word;
}

/**
 * Porter's stemmer as ROUGE-1.5.5 contains it: the common Perl version with a different order of the -ment endings.
 *
 * @param word  lower-case
 */
export function stemPorterPerl(word: string): string {
  if (word.length < 3) return word;
  let stem = word.startsWith('y') ? `Y${word.slice(1)}` : word;
  if (/(?:ss|i)es$/.test(stem)) stem = stem.slice(0, -2);
  else if (/[^s]s$/.test(stem)) stem = stem.slice(0, -1);
  stem = pastAndProgressive(stem);
  if (stem.endsWith('y') && hasVowel.test(stem.slice(0, -1))) stem = `${stem.slice(0, -1)}i`;
  stem = finalE(residue(replaceEnding(replaceEnding(stem, step2, STEP_2), step3, STEP_3)));
  if (stem.endsWith('ll') && longMeasure.test(stem)) stem = stem.slice(0, -1);
  return word.startsWith('y') ? `y${stem.slice(1)}` : stem;
}
