import type { Rng } from '@prefix-tuning/base';
import type { Triple } from '../linearise.js';
import { describeRestaurant } from './describe-restaurant.js';
import { describeTriples } from './describe-triples.js';
import { men, surnames, women } from './names.js';
import { between, capital, chance, pick } from './pick.js';
import { propertyWords } from './property-words.js';
import { inventRestaurant, type Restaurant } from './restaurants.js';
import { inventTableRow } from './tables.js';
import type { Entity, World } from './world.js';

/** A field and its value, as forms, cards and lists have them. */
type Field = readonly [name: string, value: string];

/** How people write fields down. None is a dataset's own notation, but a model that reads many learns what fields are. */
const notations: readonly ((fields: readonly Field[]) => string)[] = [
  (fields) => fields.map(([name, value]) => `${capital(name)}: ${value}.`).join(' '),
  (fields) => fields.map(([name, value]) => `${name}: ${value}`).join('; '),
  (fields) => fields.map(([name, value]) => `${name} = ${value}`).join(', '),
  (fields) => fields.map(([name, value]) => `${name} : ${value}`).join(' / '),
  (fields) => fields.map(([name, value]) => `${name} - ${value}`).join(', '),
  (fields) => fields.map(([name, value]) => `(${name}) ${value}`).join(' '),
  (fields) => `${fields.map(([, value]) => value).join(', ')}.`,
];

const bridges = ['In words:', 'Written out:', 'As a text:', 'Description:', 'That is:', '-', '=', '>'] as const;

/** A record and the text that says the same, or the text first. */
function recordWithText(rng: Rng, fields: readonly Field[], text: string): string {
  // A lone value says nothing: the last notation, without names, wants several.
  const notation = pick(rng, fields.length > 1 ? notations : notations.slice(0, -1));
  const record = notation(chance(rng, 0.3) ? rng.shuffle(fields) : fields);
  return chance(rng, 0.8) ? `${record} ${pick(rng, bridges)} ${text}` : `${text} ${pick(rng, ['Record:', 'In short:', 'Card:', '-'])} ${record}`;
}

/** Entries of a register of places to eat, most of them in towns nobody else writes about. */
export function restaurantRecords(rng: Rng): string {
  return Array.from({ length: between(rng, 1, 2) }, () => {
    const place = inventRestaurant(rng);
    const known = chance(rng, 0.3) ? place : elsewhere(rng, place);
    return recordWithText(rng, restaurantFields(rng, known), describeRestaurant(rng, known));
  }).join(' ');
}

const adjectives = ['Crooked', 'Salty', 'Blue', 'Merry', 'Lucky', 'Green', 'Little', 'Rusty', 'Silent', 'Flying', 'White', 'Sleepy', 'Lazy', 'Royal', 'Humble', 'Winding', 'Hidden', 'Noble', 'Dusty', 'Bright', 'Wild', 'Broken', 'Gentle', 'Proud'] as const;
const nouns = ['Fox', 'Pear', 'Ladle', 'Barn', 'Mill', 'Cellar', 'Swan', 'Cup', 'Bridge', 'Stove', 'Garden', 'Hen', 'Oak', 'Pan', 'Crown', 'Tulip', 'Lemon', 'Bear', 'Window', 'Candle', 'Goose', 'Pepper', 'Well', 'Duck', 'Arch', 'Moon'] as const;
const sights = ['Station', 'Museum', 'Square', 'Theatre', 'Market', 'Cinema', 'Library', 'Hotel', 'Park', 'Tower', 'School', 'Church'] as const;

/** The same facts under a name and beside a sight that are drawn from hundreds: they can only be copied, not remembered. */
function elsewhere(rng: Rng, place: Restaurant): Restaurant {
  const name = pick(rng, [`The ${pick(rng, adjectives)} ${pick(rng, nouns)}`, `${pick(rng, surnames)}'s ${pick(rng, nouns)}`, `${pick(rng, nouns)} and ${pick(rng, nouns)}`, `${pick(rng, [...women, ...men])}'s ${pick(rng, ['Kitchen', 'Table', 'Bar', 'Corner'])}`]);
  const near = `${pick(rng, [...surnames, ...adjectives])} ${pick(rng, sights)}`;
  return { ...place, name, near: place.near && near };
}

const slotNames: Readonly<Record<keyof Restaurant, readonly string[]>> = {
  name: ['name', 'place', 'title'],
  eatType: ['type', 'kind', 'eat type'],
  food: ['food', 'cuisine', 'kitchen'],
  priceRange: ['price range', 'price', 'prices'],
  rating: ['customer rating', 'rating', 'stars'],
  area: ['area', 'part of town'],
  familyFriendly: ['family friendly', 'for families', 'children'],
  near: ['near', 'close to', 'beside'],
};

function restaurantFields(rng: Rng, place: Restaurant): Field[] {
  return Object.entries(place).flatMap(([slot, value]) => (value ? [[pick(rng, slotNames[slot as keyof Restaurant]), value] as const] : []));
}

/** Entries of a register of people, places and works; half of them have facts that the world's own has not. */
export function entityRecords(rng: Rng, world: World): string {
  return Array.from({ length: between(rng, 1, 2) }, () => {
    const entity = pick(rng, world.entities);
    const facts = rng.sample(entity.facts, Math.min(entity.facts.length, between(rng, 1, 4)));
    const triples = chance(rng, 0.5) ? facts : facts.map((fact) => ({ ...fact, object: anyObject(rng, world, fact) }));
    const subject: Field = [pick(rng, ['name', 'subject', 'about']), entity.name];
    const pronounOf = (name: string) => world.byName.get(name)?.pronoun ?? 'it';
    return recordWithText(rng, [subject, ...triples.map((triple) => propertyField(rng, triple))], describeTriples(rng, triples, pronounOf));
  }).join(' ');
}

/** The value that this property has for some other thing. */
function anyObject(rng: Rng, world: World, { property, object }: Triple): string {
  const holders = world.entities.filter(({ facts }) => facts.some((fact) => fact.property === property)) as [Entity, ...Entity[]];
  return pick(rng, holders).facts.find((fact) => fact.property === property)?.object ?? object;
}

/** `birth place`, or `birthplace` as people say it. */
function propertyField(rng: Rng, { property, object }: Triple): Field {
  const spelled = property.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return [chance(rng, 0.5) ? spelled : propertyWords[property]!.about, object];
}

/** Rows of tables with what they say. */
export function tableRecords(rng: Rng): string {
  return Array.from({ length: between(rng, 1, 3) }, () => {
    const { triples, texts } = inventTableRow(rng);
    const fields = triples.map(({ subject, property, object }): Field => [subject.startsWith('[') ? property.replace(/[[\]]/g, '').toLowerCase() : `${subject} ${property.toLowerCase()}`, object]);
    return recordWithText(rng, fields, pick(rng, texts));
  }).join(' ');
}
