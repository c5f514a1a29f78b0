import { createRng, type Rng } from '@prefix-tuning/base';
import type { Triple } from '../linearise.js';
import * as n from './names.js';
import { between, pick } from './pick.js';

/** A thing with a name, a kind, and facts: `subject` is its name in every triple. */
export interface Entity {
  readonly name: string;
  /** WebNLG's category of triple sets about it. */
  readonly category: string;
  readonly pronoun: 'he' | 'she' | 'it';
  readonly facts: readonly Triple[];
}

/** Everything there is: one set of facts for the tables, the articles and the raw text. */
export interface World {
  readonly entities: readonly Entity[];
  readonly byName: ReadonlyMap<string, Entity>;
}

type Facts = Readonly<Record<string, string | number>>;

/** The made-up world of a seed. Its people, places and works refer to each other, so that triples can be chained. */
export function createWorld(seed: number | string): World {
  const rng = createRng(seed).fork('world');
  const people = inventPeople(rng.fork('people'));
  const entities = [...inventCities(rng.fork('cities'), people), ...inventWorks(rng.fork('works'), people), ...people.map((person) => personEntity(rng, person))];
  return { entities, byName: new Map(entities.map((entity) => [entity.name, entity])) };
}

interface Person {
  readonly name: string;
  readonly pronoun: 'he' | 'she';
  readonly category: 'Artist' | 'Athlete' | 'Politician' | 'Person';
}

function inventPeople(rng: Rng): Person[] {
  const names = n.surnames.flatMap((surname, i) => [
    { name: `${n.women[i % n.women.length]} ${surname}`, pronoun: 'she' as const },
    { name: `${n.men[(i * 7) % n.men.length]} ${surname}`, pronoun: 'he' as const },
  ]);
  const categories = ['Artist', 'Athlete', 'Politician', 'Person'] as const;
  return rng.shuffle(names).map((each, i) => ({ ...each, category: categories[i % 4]! }));
}

const peopleOf = (people: readonly Person[], category: Person['category']) => people.filter((person) => person.category === category).map(({ name }) => name);

function entity(name: string, category: string, facts: Facts, pronoun: Entity['pronoun'] = 'it'): Entity {
  return { name, category, pronoun, facts: Object.entries(facts).map(([property, object]) => ({ subject: name, property, object: String(object) })) };
}

const countryOf = (city: string) => n.countries[n.cities.indexOf(city as (typeof n.cities)[number]) % n.countries.length]!.name;
const teams = n.cities.slice(0, 16).map((city, i) => `${city} ${n.teamNames[i % n.teamNames.length]}`);

function personEntity(stream: Rng, { name, category, pronoun }: Person): Entity {
  const rng = stream.fork(name);
  const common = { birthPlace: pick(rng, n.cities), birthYear: between(rng, 1921, 1998) };
  const own: Record<Person['category'], () => Facts> = {
    Artist: () => ({ genre: pick(rng, n.musicGenres), instrument: pick(rng, n.instruments), activeYearsStartYear: common.birthYear + between(rng, 17, 30) }),
    Athlete: () => ({ club: pick(rng, teams), position: pick(rng, n.playerPositions), height: `${between(rng, 160, 199)} cm` }),
    Politician: () => ({ party: pick(rng, n.parties), office: pick(rng, n.offices), almaMater: `University of ${pick(rng, n.cities.slice(0, 14))}` }),
    Person: () => ({ residence: pick(rng, n.cities), almaMater: `University of ${pick(rng, n.cities.slice(0, 14))}` }),
  };
  return entity(name, category, { ...common, ...own[category]() }, pronoun);
}

function inventCities(rng: Rng, people: readonly Person[]): Entity[] {
  const leaders = peopleOf(people, 'Politician');
  const countries = n.countries.map(({ name, people: demonym, capital }) =>
    entity(name, 'Country', { capital, demonym: `${demonym}s`, leaderName: pick(rng, leaders), largestCity: pick(rng, n.cities.filter((city) => countryOf(city) === name)) }),
  );
  const cities = n.cities.map((city) =>
    entity(city, 'City', { country: countryOf(city), leaderName: pick(rng, leaders), populationTotal: between(rng, 20, 900) * 1000 + between(rng, 1, 999), river: `River ${pick(rng, n.rivers)}`, elevation: `${between(rng, 3, 900)} metres` }),
  );
  return [...countries, ...cities];
}

function inventWorks(rng: Rng, people: readonly Person[]): Entity[] {
  const [others, politicians] = [peopleOf(people, 'Person'), peopleOf(people, 'Politician')];
  const year = () => between(rng, 1820, 2014);
  const city = () => pick(rng, n.cities);
  const buildings = n.buildingNames.flatMap((name, i) => [0, 3].map((k) => `${name} ${n.buildingKinds[(i + k) % n.buildingKinds.length]}`));
  return [
    ...buildings.map((name) => entity(name, 'Building', { location: city(), architect: pick(rng, others), completionDate: year(), floorCount: between(rng, 2, 60), architecturalStyle: pick(rng, n.styles) })),
    ...n.cities.slice(0, 16).map((served) => entity(`${served} Airport`, 'Airport', { cityServed: served, runwayLength: `${between(rng, 12, 42) * 100} metres`, operatingOrganisation: `${countryOf(served)} Airways`, elevationAboveTheSeaLevel: `${between(rng, 2, 700)} metres` })),
    ...n.cities.slice(0, 14).map((where) => entity(`University of ${where}`, 'University', { city: where, established: year(), numberOfStudents: between(rng, 12, 400) * 100, president: pick(rng, others), country: countryOf(where) })),
    ...teams.map((team, i) => entity(team, 'SportsTeam', { ground: `${n.buildingNames[i]} Park`, league: pick(rng, n.leagues), manager: pick(rng, others), numberOfMembers: between(rng, 40, 600) * 100, location: n.cities[i]! })),
    ...n.dishes.map((dish) => entity(dish, 'Food', { country: pick(rng, n.countries).name, mainIngredient: pick(rng, n.ingredients), course: pick(rng, n.courses), region: city() })),
    ...n.bookTitles.map((title) => entity(title, 'WrittenWork', { author: pick(rng, [...others, ...politicians]), publisher: pick(rng, n.publishers), numberOfPages: between(rng, 90, 780), literaryGenre: pick(rng, n.bookGenres), publicationYear: year() })),
  ];
}
