import type { Rng } from '@prefix-tuning/base';
import { capital, chance, listOf, pick, withArticle } from './pick.js';
import { foodOf, kindOf, placeOf, sayingsOf, type Saying } from './restaurant-words.js';
import type { Restaurant } from './restaurants.js';

/** The parts a description is built from; every fact stands in exactly one of them. */
interface Plan {
  readonly restaurant: Restaurant;
  /** `cheap family friendly Italian pub` */
  readonly noun: string;
  /** `pub`, to speak of it again. */
  readonly kind: string;
  /** ` serving Italian food with a high customer rating`, or nothing. */
  readonly post: string;
  readonly place: string;
  /** `is family friendly`: what is left for further sentences. */
  readonly rest: readonly Saying[];
}

/** One to three sentences that tell all facts of a restaurant, in one of many wordings. */
export function describeRestaurant(rng: Rng, restaurant: Restaurant): string {
  const plan = makePlan(rng, restaurant);
  return [firstSentence(rng, plan), ...restSentences(rng, plan)].join(' ');
}

function makePlan(rng: Rng, restaurant: Restaurant): Plan {
  const kind = kindOf(rng, restaurant);
  const sayings = rng.shuffle(sayingsOf(restaurant));
  const inNoun = sayings.filter(({ adjective }) => adjective && chance(rng, 0.45)).slice(0, 2);
  const afterNoun = sayings.filter((saying) => saying.post && !inNoun.includes(saying) && chance(rng, 0.4)).slice(0, 1);
  const { food } = restaurant;
  const foodFirst = food !== undefined && (restaurant.eatType === 'restaurant' ? chance(rng, 0.75) : chance(rng, 0.35));
  const foodWords = foodFirst ? [food === 'Fast food' ? 'fast food' : food] : [];
  const serving = food !== undefined && !foodFirst ? [`${pick(rng, ['serving', 'which serves', 'offering'])} ${foodOf(food)}`] : [];
  const adjectives = inNoun.map(({ adjective }) => pick(rng, adjective!));
  const post = [...serving, ...afterNoun.map((saying) => pick(rng, saying.post!))].join(' ');
  return {
    restaurant,
    noun: [adjectives.join(', '), ...foodWords, kind].filter(Boolean).join(' '),
    kind,
    post: post && ` ${post}`,
    place: placeOf(rng, restaurant),
    rest: sayings.filter((saying) => !inNoun.includes(saying) && !afterNoun.includes(saying)),
  };
}

function firstSentence(rng: Rng, { restaurant: { name }, noun, post, place }: Plan): string {
  const a = withArticle(noun);
  if (!place) {
    return pick(rng, [`${name} is ${a}${post}.`, `There is ${a}${post} called ${name}.`, `If you want ${a}${post}, try ${name}.`, `${name}: ${a}${post}.`]);
  }
  const Place = capital(place);
  return pick(rng, [
    `${name} is ${a}${post} ${place}.`,
    `${name} is ${a} ${place}${post && `,${post}`}.`,
    `${name} is ${a} located ${place}${post && `,${post}`}.`,
    `There is ${a}${post} called ${name} ${place}.`,
    `There is ${a} ${place} called ${name}${post && `,${post}`}.`,
    `${Place} you can find ${name}, ${a}${post}.`,
    `${Place} there is ${a}${post} called ${name}.`,
    `${name}, ${place}, is ${a}${post}.`,
    `If you want ${a}${post} ${place}, try ${name}.`,
    `Located ${place}, ${name} is ${a}${post}.`,
  ]);
}

function restSentences(rng: Rng, { restaurant: { name }, kind, rest }: Plan): string[] {
  if (rest.length === 0) return [];
  const subject = () => pick(rng, ['It', 'It', `The ${kind}`, `This ${kind}`, name]);
  const split = rest.length > 1 && chance(rng, 0.35);
  const groups = split ? [rest.slice(0, 1), rest.slice(1)] : [rest];
  return groups.map((group, n) => (n === 0 ? `${subject()} ${predicates(rng, group)}.` : `It ${chance(rng, 0.5) ? withAlso(predicates(rng, group)) : predicates(rng, group)}.`));
}

/** `is also cheap`, `also has low prices` */
function withAlso(predicate: string): string {
  return predicate.startsWith('is ') ? predicate.replace('is ', 'is also ') : `also ${predicate}`;
}

/** `is cheap and welcomes children`, `is expensive but has a high customer rating` */
function predicates(rng: Rng, sayings: readonly Saying[]): string {
  const verbs = sayings.map(({ verb }) => pick(rng, verb));
  const against = sayings.length > 1 && sayings.at(-1)!.tone * sayings.at(-2)!.tone < 0;
  return listOf(verbs, against ? 'but' : 'and');
}
