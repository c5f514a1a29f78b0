import { createRng, type Rng } from '@prefix-tuning/base';
import type { MiniOptions } from '../define.js';
import { splitNames } from '../example.js';
import type { Triple } from '../linearise.js';
import { writeBenchmarkXml } from './benchmark-xml.js';
import { describeRestaurant } from './describe-restaurant.js';
import { between, differentTexts, pick } from './pick.js';
import { inventRestaurant, type Restaurant } from './restaurants.js';
import { inventTableRow } from './tables.js';
import { inventTripleSets, keyOf, textsFor } from './triple-sets.js';
import { createWorld, type World } from './world.js';

interface Item {
  readonly triples: readonly Triple[];
  readonly annotations: readonly { readonly source: string; readonly text: string }[];
}

/** DART's files: rows of tables, triples of the made-up world and restaurants, as the original mixes its sources. */
export function dartMini({ seed, sizes }: MiniOptions): Record<string, string> {
  const world = createWorld(seed);
  const rng = createRng(seed).fork('dart');
  const taken = new Set<string>();
  const [train, dev, test] = splitNames.map((split) => inventItems(rng.fork(split), world, { count: sizes[split], taken }));
  return {
    'dart-v1.1.1-full-train.json': writeJson(train!),
    'dart-v1.1.1-full-dev.json': writeJson(dev!),
    'dart-v1.1.1-full-test.json': writeJson(test!),
    'dart-v1.1.1-full-test.xml': writeBenchmarkXml(test!.map(toEntry)),
  };
}

function inventItems(rng: Rng, world: World, { count, taken }: { count: number; taken: Set<string> }): Item[] {
  const writers = [tableItem, tableItem, worldItem, restaurantItem];
  const items: Item[] = [];
  for (let attempt = 0; items.length < count; attempt++) {
    const stream = rng.fork(`item ${attempt}`);
    const item = pick(stream, writers)(stream, world);
    const key = keyOf(item.triples);
    if (taken.has(key) || item.triples.length === 0) continue;
    taken.add(key);
    items.push(item);
  }
  return items;
}

function tableItem(rng: Rng): Item {
  const { triples, texts } = inventTableRow(rng);
  const source = pick(rng, ['WikiSQL_decl_sents', 'WikiTableQuestions_lily', 'WikiTableQuestions_mturk', 'WikiSQL_lily']);
  return { triples, annotations: rng.sample(texts, between(rng, 1, Math.min(3, texts.length))).map((text) => ({ source, text })) };
}

function worldItem(rng: Rng, world: World): Item {
  const categories = ['Airport', 'Building', 'City', 'Food', 'SportsTeam', 'University', 'WrittenWork', 'Artist', 'Athlete', 'Politician'];
  const { triples } = inventTripleSets(rng, world, { categories, count: 1, taken: new Set() })[0]!;
  return { triples: triples.map(upperProperty), annotations: textsFor(rng, triples, { world, low: 1, high: 3 }).map((text) => ({ source: 'webnlg', text })) };
}

/** `birthPlace` is `BIRTH_PLACE` in DART. */
function upperProperty({ subject, property, object }: Triple): Triple {
  return { subject, property: property.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase(), object };
}

function restaurantItem(rng: Rng): Item {
  const place = inventRestaurant(rng);
  const texts = differentTexts(rng, between(rng, 1, 4), (each) => describeRestaurant(each, place));
  return { triples: restaurantTriples(place), annotations: texts.map((text) => ({ source: 'e2e', text })) };
}

function restaurantTriples({ name, rating, ...facts }: Restaurant): Triple[] {
  const known = Object.entries({ ...facts, 'customer rating': rating }).filter((fact): fact is [string, string] => fact[1] !== undefined);
  return known.map(([property, object]) => ({ subject: name, property, object }));
}

function writeJson(items: readonly Item[]): string {
  const rows = items.map(({ triples, annotations }) => ({
    tripleset: triples.map(({ subject, property, object }) => [subject, property, object]),
    subtree_was_extended: false,
    annotations,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

function toEntry({ triples, annotations }: Item, n: number) {
  const texts = annotations.map(({ text, source }) => ({ text, comment: source }));
  return { category: 'MISC', id: `Id${n + 1}`, size: String(triples.length), original: [], modified: triples, texts };
}
