import type { Rng } from '@prefix-tuning/base';
import type { Triple } from '../linearise.js';
import { describeTriples, fill, inText } from './describe-triples.js';
import { men, women } from './names.js';
import { between, capital, chance, listOf, pick } from './pick.js';
import { propertyWords } from './property-words.js';
import type { Entity, World } from './world.js';

const pronounIn = (world: World) => (subject: string) => world.byName.get(subject)?.pronoun ?? 'it';

/** An entry of an encyclopedia: all facts of one thing, and some of the things it names. */
export function entityArticle(rng: Rng, world: World): string {
  const entity = pick(rng, world.entities);
  const more = related(entity, world).map((other) => describeTriples(rng, rng.sample(other.facts, between(rng, 1, Math.min(3, other.facts.length))), pronounIn(world)));
  return [describeTriples(rng, entity.facts, pronounIn(world)), ...rng.shuffle(more).slice(0, 2)].join(' ');
}

function related({ facts }: Entity, world: World): Entity[] {
  return facts.flatMap(({ object }) => world.byName.get(object) ?? []);
}

/** Questions and answers about one thing. */
export function entityQuiz(rng: Rng, world: World): string {
  const entity = pick(rng, world.entities);
  const facts = rng.sample(entity.facts, between(rng, 2, entity.facts.length));
  const questions = facts.map((fact) => `What is the ${aboutOf(fact)} of ${inText(fact.subject)}? ${answer(rng, fact)}`);
  return `${questions.join(' ')} ${pick(rng, ['All in all:', 'Put together:', 'So we know this:'])} ${describeTriples(rng, rng.shuffle(facts), pronounIn(world))}`;
}

const aboutOf = ({ property }: Triple) => propertyWords[property]!.about;

function answer(rng: Rng, fact: Triple): string {
  const verb = fill(pick(rng, propertyWords[fact.property]!.verb), fact);
  return chance(rng, 0.5) ? `${capital(inText(fact.subject))} ${verb}.` : `It is ${inText(fact.object)}, since ${inText(fact.subject)} ${verb}.`;
}

/** What somebody noted about a thing, and the sentences made of it. */
export function entityNotes(rng: Rng, world: World): string {
  const entity = pick(rng, world.entities);
  const facts = rng.sample(entity.facts, between(rng, 1, Math.min(4, entity.facts.length)));
  const chained = related({ ...entity, facts }, world).slice(0, 1).flatMap((other) => rng.sample(other.facts, 1));
  const all = chance(rng, 0.6) ? [...facts, ...chained] : facts;
  const notes = all.map((fact) => `${fact.subject === entity.name ? '' : `${inText(fact.subject)}'s `}${aboutOf(fact)} ${inText(fact.object)}`);
  const writer = pick(rng, [...women, ...men]);
  const text = describeTriples(rng, all, pronounIn(world));
  return pick(rng, [
    `On ${inText(entity.name)}, ${writer} noted the ${listOf(notes)}. The finished entry reads: ${text}`,
    `${writer} was asked about ${inText(entity.name)} and answered with the ${listOf(notes)}. ${text}`,
    `${text} The main points about ${inText(entity.name)} are the ${listOf(notes)}.`,
  ]);
}

/** A day out, told by somebody who looks at what is there. */
export function entityVisit(rng: Rng, world: World): string {
  const sights = world.entities.filter(({ category }) => category === 'Building' || category === 'University');
  const sight = pick(rng, sights);
  const city = sight.facts.find(({ property }) => property === 'location' || property === 'city')!.object;
  const cityFacts = world.byName.get(city)!.facts;
  const [her, him] = [pick(rng, women), pick(rng, men)];
  return [
    pick(rng, [`${her} and ${him} spent the weekend in ${city}.`, `In the spring ${her} travelled to ${city} with ${him}.`, `${him} had always wanted to show ${her} the city of ${city}.`]),
    describeTriples(rng, rng.sample(cityFacts, 2), pronounIn(world)),
    `First they went to see ${inText(sight.name)}.`,
    describeTriples(rng, rng.sample(sight.facts, between(rng, 2, 4)), pronounIn(world)),
    pick(rng, [`"It is larger than I thought," said ${her}.`, `"I like it here," said ${him}.`, `${him} took a picture, and ${her} bought a map.`, `It was raining, so they stayed inside for an hour.`]),
    `In the evening they took the train home from ${city}.`,
  ].join(' ');
}
