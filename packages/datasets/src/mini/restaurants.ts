import type { Rng } from '@prefix-tuning/base';
import { chance, pick } from './pick.js';

/** A place to eat in the made-up town; E2E's own eight slots, of which only the name is always there. */
export interface Restaurant {
  readonly name: string;
  readonly eatType?: string | undefined;
  readonly food?: string | undefined;
  readonly priceRange?: string | undefined;
  readonly rating?: string | undefined;
  readonly area?: string | undefined;
  readonly familyFriendly?: string | undefined;
  readonly near?: string | undefined;
}

export const restaurantNames = [
  'The Copper Kettle', 'Lantern House', 'The Olive Branch', 'Marlow Kitchen', 'The Red Barrel', 'Saffron Court', 'The Old Granary', 'Pepper and Vine',
  'The Quiet Heron', 'Harbour Table', 'The Golden Fig', 'Willow Corner', 'The Tin Whistle', 'Bramble Hall', 'The Silver Spoon', 'Juniper Place',
  'The Black Kite', 'Cedar Room', 'The Velvet Plum', 'Orchard Street', 'The Hungry Otter', 'Maple Garden', 'The Brass Anchor', 'Clover Inn',
  'The Painted Door', 'Thistle Bar', 'The Amber Rose', 'Meadow Grill',
];

export const landmarks = [
  'Station Bridge', 'the Castle Museum', 'Market Square', 'the Corn Exchange', 'Albion Theatre', 'the Boat House', 'Fenner Park', 'the Clock Tower',
  'Ivy Bakery', 'Hazel Hotel', 'the Glass Library', 'Rowan Cinema',
];

const values = {
  eatType: ['restaurant', 'restaurant', 'pub', 'pub', 'coffee shop'],
  food: ['Italian', 'French', 'Indian', 'Chinese', 'Japanese', 'English', 'Fast food'],
  priceRange: ['cheap', 'moderate', 'high', 'less than £20', '£20-25', 'more than £30'],
  rating: ['low', 'average', 'high', '1 out of 5', '3 out of 5', '5 out of 5'],
  area: ['riverside', 'city centre'],
  familyFriendly: ['yes', 'no'],
  near: landmarks,
} as const;

/** How often E2E's training tables have each slot (of 4,862 tables). */
const frequency = { eatType: 0.6, food: 0.85, priceRange: 0.7, rating: 0.68, area: 0.63, familyFriendly: 0.63, near: 0.49 } as const;

type OptionalSlot = keyof typeof values;

/** A restaurant with at least two facts besides its name. */
export function inventRestaurant(rng: Rng): Restaurant {
  const slots = (Object.keys(values) as OptionalSlot[]).filter((slot) => chance(rng, frequency[slot]));
  if (slots.length < 2) return inventRestaurant(rng.fork('again'));
  const facts = Object.fromEntries(slots.map((slot) => [slot, pick<string>(rng, values[slot])]));
  return { name: pick(rng, restaurantNames), ...facts };
}

export type WholeRestaurant = Readonly<Record<keyof Restaurant, string>>;

/** A restaurant of which every fact is known. */
export function inventWholeRestaurant(rng: Rng): WholeRestaurant {
  const facts = Object.fromEntries((Object.keys(values) as OptionalSlot[]).map((slot) => [slot, pick<string>(rng, values[slot])]));
  return { name: pick(rng, restaurantNames), ...facts } as WholeRestaurant;
}
