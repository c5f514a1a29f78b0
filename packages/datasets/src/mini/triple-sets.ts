import type { Rng } from '@prefix-tuning/base';
import type { Triple } from '../linearise.js';
import { describeTriples } from './describe-triples.js';
import { between, chance, differentTexts, pick } from './pick.js';
import type { Entity, World } from './world.js';

/** Triples about one thing, some of them about what it names. */
export interface TripleSet {
  readonly category: string;
  readonly triples: readonly Triple[];
}

export interface TripleSetOptions {
  readonly categories: readonly string[];
  readonly count: number;
  /** Sets that are taken already, by {@link keyOf}; grows. */
  readonly taken: Set<string>;
}

/** Different triple sets of one to five triples about things of these categories. */
export function inventTripleSets(rng: Rng, world: World, { categories, count, taken }: TripleSetOptions): TripleSet[] {
  const entities = categories.map((category) => world.entities.filter((entity) => entity.category === category));
  const sets: TripleSet[] = [];
  for (let attempt = 0; sets.length < count; attempt++) {
    const stream = rng.fork(`set ${attempt}`);
    const entity = pick(stream, pick(stream, entities));
    const triples = drawTriples(stream, entity, world);
    const key = keyOf(triples);
    if (taken.has(key)) continue;
    taken.add(key);
    sets.push({ category: entity.category, triples });
  }
  return sets;
}

/** The same for the same triples in any order. */
export function keyOf(triples: readonly Triple[]): string {
  return triples.map(({ subject, property, object }) => `${subject}|${property}|${object}`).sort().join('\n');
}

function drawTriples(rng: Rng, { facts }: Entity, world: World): Triple[] {
  const size = Math.min(facts.length, pick(rng, [1, 2, 2, 3, 3, 4]));
  const own = rng.sample(facts, size);
  const named = own.flatMap(({ object }) => world.byName.get(object) ?? []);
  const chained = named.length > 0 && chance(rng, 0.5) ? rng.sample(pick(rng, named).facts, 1) : [];
  return [...own, ...chained];
}

/** Different texts for a triple set; fewer where there are not that many ways to say it. */
export function textsFor(rng: Rng, triples: readonly Triple[], { world, low, high }: { world: World; low: number; high: number }): string[] {
  return differentTexts(rng, between(rng, low, high), (each) => describeTriples(each, triples, (subject) => world.byName.get(subject)?.pronoun ?? 'it'));
}
