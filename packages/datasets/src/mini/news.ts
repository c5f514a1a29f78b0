import type { Rng } from '@prefix-tuning/base';
import * as n from './names.js';
import { between, pick } from './pick.js';

/** What happened, told at length and in one sentence. Everything the sentence says can be found in the article. */
export interface News {
  /** Path of the address without the id: `sport/football`, `news/world-europe`. */
  readonly path: string;
  /** Paragraphs that are always there, in order. */
  readonly story: readonly string[];
  /** Paragraphs of which some are there. */
  readonly background: readonly string[];
  /** Ways to sum it up. */
  readonly summaries: readonly string[];
}

export interface Person {
  readonly name: string;
  readonly surname: string;
  readonly he: 'he' | 'she';
  readonly his: 'his' | 'her';
}

export function inventPerson(rng: Rng): Person {
  const woman = rng.uniform() < 0.5;
  const surname = pick(rng, n.surnames);
  const first = pick<string>(rng, woman ? n.women : n.men);
  return { name: `${first} ${surname}`, surname, he: woman ? 'she' : 'he', his: woman ? 'her' : 'his' };
}

export const weekday = (rng: Rng): string => pick(rng, ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']);
export const city = (rng: Rng): string => pick(rng, n.cities);
export const slug = (name: string): string => name.toLowerCase().replaceAll(' ', '-');

/** Two different items. */
export function pair<T>(rng: Rng, items: readonly T[]): [T, T] {
  const [a, b] = rng.sample(items, 2);
  return [a!, b!];
}

const teams = n.cities.map((where, i) => `${where} ${n.teamNames[i % n.teamNames.length]}`);
export const twoTeams = (rng: Rng): [string, string] => pair(rng, teams);

/** `million`-words for sums of money. */
export const millions = (rng: Rng, low: number, high: number): string => `£${between(rng, low, high)}m`;

/** The country a city lies in. */
export const countryOf = (where: string): string => n.countries[n.cities.indexOf(where as (typeof n.cities)[number]) % n.countries.length]!.name;
