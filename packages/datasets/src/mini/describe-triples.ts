import type { Rng } from '@prefix-tuning/base';
import type { Triple } from '../linearise.js';
import { capital, chance, listOf, pick } from './pick.js';
import { propertyWords } from './property-words.js';

export type Pronoun = 'he' | 'she' | 'it';

/** How a subject is spoken of: `it` unless the world says otherwise. */
export type PronounOf = (subject: string) => Pronoun;

/**
 * One to four sentences that tell every triple once, in one of many wordings and orders.
 *
 * Triples of one subject are joined ("was designed by A and completed in 1930"); a triple whose subject is another's
 * object becomes a relative clause ("in Pendry, which is in Estmark") or a sentence of its own.
 */
export function describeTriples(rng: Rng, triples: readonly Triple[], pronounOf: PronounOf = () => 'it'): string {
  const groups = groupBySubject(triples);
  const [main, ...others] = [...groups.keys()];
  const sentences: string[] = [];
  for (const subject of [main!, ...others]) {
    const own = shuffleAfterFirst(rng, groups.get(subject)!);
    sentences.push(...describeSubject(rng, { subject, triples: own, groups, pronounOf }));
    groups.delete(subject);
  }
  return sentences.join(' ');
}

interface Telling {
  readonly subject: string;
  readonly triples: readonly Triple[];
  /** What is still to be told of others; a clause takes its triple out. */
  readonly groups: Map<string, Triple[]>;
  readonly pronounOf: PronounOf;
}

function describeSubject(rng: Rng, { subject, triples, groups, pronounOf }: Telling): string[] {
  if (triples.length === 0) return [];
  if (triples.length === 1 && !hasClause(groups, triples[0]!) && chance(rng, 0.3)) {
    const back = propertyWords[triples[0]!.property]!.back;
    if (back) return [`${capital(fill(pick(rng, back), triples[0]!))}.`];
  }
  const sentences: string[] = [];
  for (let rest = triples; rest.length > 0; ) {
    const size = Math.min(rest.length, 1 + rng.integer(3));
    const pronoun = capital(pronounOf(subject));
    const name = sentences.length === 0 ? capital(inText(subject)) : pick(rng, [pronoun, pronoun, capital(inText(subject))]);
    sentences.push(sentence(rng, name, { triples: rest.slice(0, size), groups, pronounOf }));
    rest = rest.slice(size);
  }
  return sentences;
}

type Context = Pick<Telling, 'triples' | 'groups' | 'pronounOf'>;

function sentence(rng: Rng, name: string, { triples, groups, pronounOf }: Context): string {
  const [first, ...others] = triples;
  const post = propertyWords[first!.property]!.post;
  const born = triples.filter(({ property }) => property.startsWith('birth')).length > 1;
  if (others.length > 0 && post && !born && !isPronoun(name) && chance(rng, 0.45)) {
    const opening = fill(pick(rng, post), first!);
    const verbs = verbPhrases(rng, { triples: others, groups, pronounOf });
    const early = chance(rng, 0.4) && !opening.startsWith('who ');
    return early ? `${capital(opening)}, ${name.replace(/^The (?=University)/, 'the ')} ${verbs}.` : `${name}, ${opening}, ${verbs}.`;
  }
  return `${name} ${verbPhrases(rng, { triples, groups, pronounOf })}.`;
}

const isPronoun = (name: string) => /^(?:He|She|It)$/.test(name);

/** `was designed by Nora Yates, was completed in 1930 and stands in Pendry, which is in Estmark` */
function verbPhrases(rng: Rng, { triples, groups, pronounOf }: Context): string {
  const phrases: string[] = [];
  for (const triple of triples) {
    const fresh = propertyWords[triple.property]!.verb.filter((verb) => !(verb.startsWith('was born') && phrases.some((phrase) => phrase.startsWith('was born'))));
    phrases.push(fresh.length > 0 ? fill(pick(rng, fresh), triple) : `was born in ${triple.object}`);
  }
  return `${listOf(phrases)}${clauseAbout(rng, triples.at(-1)!, { phrase: phrases.at(-1)!, groups, pronounOf })}`;
}

/** `, which is in Estmark`, if one thing is still to be told about the object that the sentence ends with. */
function clauseAbout(rng: Rng, { object }: Triple, { phrase, groups, pronounOf }: Omit<Context, 'triples'> & { phrase: string }): string {
  const about = groups.get(object);
  if (about?.length !== 1 || !phrase.endsWith(object) || chance(rng, 0.4)) return '';
  groups.set(object, []);
  return `, ${pronounOf(object) === 'it' ? 'which' : 'who'} ${fill(pick(rng, propertyWords[about[0]!.property]!.verb), about[0]!)}`;
}

/** A name as it stands within a sentence: `the University of Pendry`. */
export function inText(name: string): string {
  return /^(?:University of|River) /.test(name) ? `the ${name}` : name;
}

const hasClause = (groups: Map<string, Triple[]>, { object }: Triple) => (groups.get(object)?.length ?? 0) > 0;

export function fill(template: string, { subject, object }: Triple): string {
  return template.replace('{s}', () => inText(subject)).replace('{o}', (_, at: number) => (template.slice(0, at).endsWith('the ') ? object : inText(object)));
}

function groupBySubject(triples: readonly Triple[]): Map<string, Triple[]> {
  const groups = new Map<string, Triple[]>();
  for (const triple of triples) groups.set(triple.subject, [...(groups.get(triple.subject) ?? []), triple]);
  return groups;
}

function shuffleAfterFirst<T>(rng: Rng, items: readonly T[]): T[] {
  return chance(rng, 0.4) ? [...items] : rng.shuffle(items);
}
