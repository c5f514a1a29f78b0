import type { Rng } from '@prefix-tuning/base';
import { pick } from './pick.js';
import type { Restaurant } from './restaurants.js';

/**
 * Ways to say each fact about a restaurant. Which words fit depends on the value: that is what there is to learn.
 *
 * `adjective` stands before the noun, `post` after it, `verb` after "it" or the name.
 */
export interface Saying {
  readonly adjective?: readonly string[];
  readonly post?: readonly string[];
  readonly verb: readonly string[];
  /** 1 is praise, -1 is blame, 0 neither: decides between "and" and "but". */
  readonly tone: -1 | 0 | 1;
}

const priceSayings: Readonly<Record<string, Saying>> = {
  cheap: { adjective: ['cheap', 'low-priced', 'inexpensive'], verb: ['is cheap', 'has low prices', 'is in the cheap price range'], tone: 1 },
  moderate: { adjective: ['moderately priced', 'mid-priced'], verb: ['has moderate prices', 'is moderately priced', 'is in the moderate price range'], tone: 0 },
  high: { adjective: ['expensive', 'high-priced'], verb: ['is expensive', 'has high prices', 'is in the high price range'], tone: -1 },
  'less than £20': {
    post: ['with meals for less than £20', 'with prices under £20'],
    verb: ['costs less than £20', 'has meals for less than £20', 'has prices under £20'],
    tone: 1,
  },
  '£20-25': { post: ['in the £20-25 price range', 'with prices of £20-25'], verb: ['costs £20-25', 'is in the £20-25 price range', 'has prices of £20-25'], tone: 0 },
  'more than £30': {
    post: ['with meals for more than £30', 'with prices over £30'],
    verb: ['costs more than £30', 'has meals for more than £30', 'has prices over £30'],
    tone: -1,
  },
};

const ratingSayings: Readonly<Record<string, Saying>> = {
  low: { adjective: ['poorly rated', 'low-rated'], post: ['with a low customer rating'], verb: ['has a low customer rating', 'is poorly rated', 'is not well liked by customers'], tone: -1 },
  average: { adjective: ['average'], post: ['with an average customer rating'], verb: ['has an average customer rating', 'is rated as average by customers'], tone: 0 },
  high: { adjective: ['highly rated', 'popular'], post: ['with a high customer rating'], verb: ['has a high customer rating', 'is highly rated by customers', 'is well liked by customers'], tone: 1 },
  '1 out of 5': { post: ['with a customer rating of 1 out of 5'], verb: ['has a customer rating of 1 out of 5', 'is rated 1 out of 5', 'has only 1 out of 5 stars'], tone: -1 },
  '3 out of 5': { post: ['with a customer rating of 3 out of 5'], verb: ['has a customer rating of 3 out of 5', 'is rated 3 out of 5', 'has 3 out of 5 stars'], tone: 0 },
  '5 out of 5': { post: ['with a customer rating of 5 out of 5'], verb: ['has a customer rating of 5 out of 5', 'is rated 5 out of 5', 'has a full 5 out of 5 stars'], tone: 1 },
};

const familySayings: Readonly<Record<string, Saying>> = {
  yes: { adjective: ['family friendly', 'child friendly', 'kid friendly'], verb: ['is family friendly', 'welcomes children', 'is good for families', 'is suitable for kids'], tone: 1 },
  no: { adjective: ['adults only'], verb: ['is not family friendly', 'does not welcome children', 'is for adults only', 'is not suitable for kids'], tone: -1 },
};

const areas: Readonly<Record<string, readonly string[]>> = {
  riverside: ['by the river', 'in the riverside area', 'on the riverside', 'along the river'],
  'city centre': ['in the city centre', 'in the centre of the city', 'in the heart of the city'],
};

export const nearWords = ['near', 'close to', 'next to', 'not far from'] as const;

/** What can be said beside name, kind, food and place: the price, the rating, whether families are welcome. */
export function sayingsOf({ priceRange, rating, familyFriendly }: Restaurant): Saying[] {
  return [
    ...(priceRange ? [priceSayings[priceRange]!] : []),
    ...(rating ? [ratingSayings[rating]!] : []),
    ...(familyFriendly ? [familySayings[familyFriendly]!] : []),
  ];
}

/** `by the river near Station Bridge`, or nothing if neither is known. */
export function placeOf(rng: Rng, { area, near }: Restaurant): string {
  const parts = [...(area ? [pick(rng, areas[area]!)] : []), ...(near ? [`${pick(rng, nearWords)} ${near}`] : [])];
  return (rng.uniform() < 0.7 ? parts : parts.reverse()).join(rng.uniform() < 0.2 ? ', ' : ' ');
}

/** `restaurant`, or a word for any place to eat if its kind is not known. */
export function kindOf(rng: Rng, { eatType }: Restaurant): string {
  return eatType ?? pick(rng, ['place', 'venue', 'place to eat']);
}

/** `Italian food`, `fast food` */
export function foodOf(food: string): string {
  return food === 'Fast food' ? 'fast food' : `${food} food`;
}
