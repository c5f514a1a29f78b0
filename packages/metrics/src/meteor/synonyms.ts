import { LinePairs, type Lookup } from './line-pairs.js';
import { splitJava } from './normalize.js';

/** WordNet's lemmas with the numbers of their synsets, and the base forms of irregular forms. */
export interface Synonyms {
  /** `12345 67890`: the offsets of all synsets of a lemma, whatever the part of speech. */
  readonly synsets: Lookup;
  /** Irregular form to base forms. */
  readonly bases: ReadonlyMap<string, readonly string[]>;
}

/** Suffixes and what replaces them: nouns, verbs, adjectives, in the order tried (WordNet 3.0, morphy). */
const DETACHMENT: readonly (readonly [string, string])[] = [
  ['s', ''], ['ses', 's'], ['xes', 'x'], ['zes', 'z'], ['ches', 'ch'], ['shes', 'sh'], ['men', 'man'], ['ies', 'y'],
  ['s', ''], ['ies', 'y'], ['es', 'e'], ['es', ''], ['ed', 'e'], ['ed', ''], ['ing', 'e'], ['ing', ''],
  ['er', ''], ['est', ''], ['er', 'e'], ['est', 'e'],
];

/**
 * All synsets of a word and of its base forms: those of an irregular form, else those of the first form
 * with a suffix taken off that WordNet has.
 *
 * Two words are synonyms for METEOR if these sets have a number in common.
 */
export function synsetsOf(word: string, { synsets, bases }: Synonyms): ReadonlySet<number> {
  const own = synsets.get(word);
  const forms = bases.get(word) ?? regularBase(word, synsets);
  const numbers = new Set<number>();
  for (const text of [own, ...forms.map((form) => synsets.get(form))]) if (text !== undefined) addNumbers(text, numbers);
  return numbers;
}

function addNumbers(text: string, numbers: Set<number>): void {
  for (let at = 0, end = text.indexOf(' '); at < text.length; at = end + 1, end = text.indexOf(' ', at)) {
    if (end < 0) end = text.length;
    if (end > at) numbers.add(Number(text.slice(at, end)));
  }
}

function regularBase(word: string, synsets: Synonyms['synsets']): readonly string[] {
  if (word.endsWith('ss') || word.length <= 2) return [];
  for (const [suffix, replacement] of DETACHMENT) {
    if (!word.endsWith(suffix)) continue;
    const base = word.slice(0, -suffix.length) + replacement;
    if (synsets.has(base)) return [base];
  }
  return [];
}

/** Reads METEOR's own pair of files: a lemma or base on one line, its synsets or forms on the next. */
export function parseMeteorSynonyms(synsetsText: string, exceptionsText: string): Synonyms {
  const bases = new Map<string, string[]>();
  const lines = exceptionsText.split('\n');
  for (let i = 0; i + 1 < lines.length; i += 2) for (const form of splitJava(lines[i + 1]!)) append(bases, form, lines[i]!);
  return { synsets: new LinePairs(synsetsText), bases };
}

/**
 * Reads WordNet's own files.
 *
 * @param senseIndex  `index.sense`: `lemma%... offset ...` a line
 * @param exceptions  the `.exc` files: `form base ...` a line
 */
export function parseWordNet(senseIndex: string, exceptions: readonly string[]): Synonyms {
  const synsets = new Map<string, string>();
  for (const line of senseIndex.split('\n')) {
    if (line === '') continue;
    const lemma = line.slice(0, line.indexOf('%'));
    const offset = line.split(' ', 2)[1]!;
    const known = synsets.get(lemma);
    synsets.set(lemma, known === undefined ? offset : `${known} ${offset}`);
  }
  const bases = new Map<string, string[]>();
  for (const line of exceptions.flatMap((text) => text.split('\n'))) {
    const [form, ...baseForms] = splitJava(line);
    if (form !== undefined) for (const base of baseForms) append(bases, form, base);
  }
  return { synsets, bases };
}

function append(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
