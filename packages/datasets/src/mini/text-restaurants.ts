import type { Rng } from '@prefix-tuning/base';
import { describeRestaurant } from './describe-restaurant.js';
import { men, women } from './names.js';
import { capital, chance, listOf, pick, withArticle } from './pick.js';
import { foodOf, placeOf, sayingsOf } from './restaurant-words.js';
import { inventRestaurant, inventWholeRestaurant, type Restaurant, type WholeRestaurant } from './restaurants.js';

const dishesOf: Readonly<Record<string, readonly string[]>> = {
  Italian: ['pasta', 'pizza', 'risotto'],
  French: ['onion soup', 'roast duck', 'crepes'],
  Indian: ['curry', 'lentils', 'naan bread'],
  Chinese: ['noodles', 'dumplings', 'fried rice'],
  Japanese: ['sushi', 'ramen', 'rice bowls'],
  English: ['fish and chips', 'roast beef', 'apple pie'],
  'Fast food': ['burgers', 'chips', 'hot dogs'],
};

const praise = ['The food was very good', 'Everyone enjoyed the meal', 'The staff were kind', 'They said they would come again'] as const;
const blame = ['The food was cold', 'The service was slow', 'Nobody enjoyed the meal', 'They said they would not come again'] as const;

const neither = ['The meal was not bad', 'They had eaten better and worse', 'The food was as expected'] as const;

const isAverage = ({ rating }: Restaurant) => rating === 'average' || rating === '3 out of 5';
const isGood = ({ rating }: Restaurant) => rating === 'high' || rating === '5 out of 5';
const opinion = (rng: Rng, restaurant: Restaurant) => pick(rng, isGood(restaurant) ? praise : isAverage(restaurant) ? neither : blame);

/** People go out to eat; what they find follows from the facts. */
export function restaurantStory(rng: Rng): string {
  const place = inventWholeRestaurant(rng);
  const her = pick(rng, women);
  const him = pick(rng, men);
  const kids = place.familyFriendly === 'yes';
  return [
    pick(rng, [`Last ${pick(rng, days)} ${her} and ${him} went to ${place.name}.`, `${her} took ${him} to ${place.name} on ${pick(rng, days)}.`, `On ${pick(rng, days)} ${her} met ${him} at ${place.name}.`]),
    describeRestaurant(rng, chance(rng, 0.5) ? place : { ...place, near: undefined }),
    `${her} ordered ${pick(rng, dishesOf[place.food]!)} and ${him} had ${pick(rng, dishesOf[place.food]!)}.`,
    kids ? pick(rng, ['Their children came along and got a table by the window.', 'There was a small menu for the children.']) : pick(rng, ['They had left the children at home.', 'There were no children in the room.']),
    `${opinion(rng, place)}, and the bill was ${billOf(place)}.`,
    chance(rng, 0.5) ? `Afterwards they walked to ${place.near}, which is close by.` : `${place.name} is ${pick(rng, ['near', 'close to', 'next to'])} ${place.near}, so they walked there afterwards.`,
  ].join(' ');
}

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

function billOf({ priceRange }: WholeRestaurant): string {
  const words: Readonly<Record<string, string>> = { cheap: 'low', moderate: 'fair', high: 'high', 'less than £20': 'less than £20', '£20-25': 'between £20 and £25', 'more than £30': 'more than £30' };
  return words[priceRange]!;
}

/** A telephone call: questions about one place, then what was learnt from the answers. */
export function restaurantDialogue(rng: Rng): string {
  const place = inventWholeRestaurant(rng);
  const questions = rng.shuffle([
    `"What kind of food do they serve?" "${capital(foodOf(place.food))}."`,
    `"Where is it?" "${capital(placeOf(rng, { name: '', area: place.area }))}."`,
    `"Is it near anything I know?" "Yes, it is ${pick(rng, ['near', 'close to', 'next to'])} ${place.near}."`,
    `"Can I bring the children?" "${place.familyFriendly === 'yes' ? 'Yes, it is family friendly' : 'No, it is for adults only'}."`,
    `"What does it cost?" "It ${pick(rng, sayingsOf({ name: '', priceRange: place.priceRange })[0]!.verb)}."`,
    `"Do people like it?" "It ${pick(rng, sayingsOf({ name: '', rating: place.rating })[0]!.verb)}."`,
  ]);
  const asked = questions.slice(0, 3 + rng.integer(4));
  const caller = pick(rng, women);
  return `${caller} rang a friend to ask about ${place.name}. "What is ${place.name}?" "It is ${withArticle(place.eatType)}." ${asked.join(' ')} So ${caller} wrote it down: ${describeRestaurant(rng, keep(place, asked))}`;
}

/** Only what was asked is known afterwards. */
function keep(place: WholeRestaurant, asked: readonly string[]): Restaurant {
  const said = (start: string, value: string) => (asked.some((question) => question.startsWith(`"${start}`)) ? value : undefined);
  return {
    name: place.name,
    eatType: place.eatType,
    food: said('What kind', place.food),
    area: said('Where', place.area),
    near: said('Is it near', place.near),
    familyFriendly: said('Can I', place.familyFriendly),
    priceRange: said('What does', place.priceRange),
    rating: said('Do people', place.rating),
  };
}

/** A few words jotted down, and the sentences a guide book made of them. */
export function restaurantNotes(rng: Rng): string {
  const place = inventRestaurant(rng);
  const notes = rng.shuffle([
    ...(place.eatType ? [withArticle(place.eatType)] : []),
    ...(place.food ? [foodOf(place.food)] : []),
    ...(place.area || place.near ? [placeOf(rng, place)] : []),
    ...sayingsOf(place).map(({ verb }) => pick(rng, verb)),
  ]);
  const writer = pick(rng, [...women, ...men]);
  return pick(rng, [
    `${writer}'s notes on ${place.name} say: ${notes.join('; ')}. In the guide this became: ${describeRestaurant(rng, place)}`,
    `About ${place.name}, ${writer} remembered this much: ${notes.join(', ')}. In full sentences: ${describeRestaurant(rng, place)}`,
    `${describeRestaurant(rng, place)} That is how the guide describes it. In short: ${notes.join(', ')}.`,
  ]);
}

/** Several places in one text, compared. */
export function restaurantTour(rng: Rng): string {
  const [one, two] = [inventWholeRestaurant(rng), inventWholeRestaurant(rng)];
  if (one.name === two.name) return restaurantTour(rng.fork('again'));
  const same = one.area === two.area ? `Both ${one.name} and ${two.name} are ${placeOf(rng, { name: '', area: one.area })}.` : `${one.name} is ${placeOf(rng, { name: '', area: one.area })}, and ${two.name} is ${placeOf(rng, { name: '', area: two.area })}.`;
  const better = isGood(one) === isGood(two) ? 'Customers like them about equally.' : `Customers prefer ${isGood(one) ? one.name : two.name}.`;
  const shuffled = rng.shuffle([one, two]).map((place) => describeRestaurant(rng, { ...place, ...(chance(rng, 0.5) ? { area: undefined } : { near: undefined }) }));
  return [`There are many places to eat in the town, among them ${listOf([one.name, two.name])}.`, ...shuffled, same, better].join(' ');
}
