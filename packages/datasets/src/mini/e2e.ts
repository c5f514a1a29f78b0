import { createRng, type Rng } from '@prefix-tuning/base';
import type { MiniOptions } from '../define.js';
import { splitNames } from '../example.js';
import { describeRestaurant } from './describe-restaurant.js';
import { between, differentTexts } from './pick.js';
import { inventRestaurant, type Restaurant } from './restaurants.js';

/** Texts per table; the real release has about eight. */
const references = { train: [3, 6], dev: [4, 7], test: [5, 8] } as const;

/** E2E's files about made-up restaurants: no table stands in two splits. */
export function e2eMini({ seed, sizes }: MiniOptions): Record<string, string> {
  const rng = createRng(seed).fork('e2e');
  const seen = new Set<string>();
  const [train, dev, test] = splitNames.map((split) => {
    const stream = rng.fork(split);
    const [low, high] = references[split];
    return inventTables(stream, sizes[split], seen).map((table, n) => {
      const words = stream.fork(`table ${n}`);
      return { mr: toMr(table), refs: differentTexts(words, between(words, low, high), (each) => describeRestaurant(each, table)) };
    });
  });
  return {
    'trainset.csv': toCsv(createRng(seed).fork('rows').shuffle(rowsOf(train!)), { quoted: false, end: '\r\n' }),
    'devset.csv': toCsv(rowsOf(dev!), { quoted: false, end: '\r\n' }),
    'testset_w_refs.csv': toCsv(rowsOf(test!), { quoted: true, end: '\n' }),
    'testset.csv': ['MR', ...test!.map(({ mr }) => quote(mr))].join('\n') + '\n',
  };
}

interface Table {
  readonly mr: string;
  readonly refs: readonly string[];
}

const rowsOf = (tables: readonly Table[]) => tables.flatMap(({ mr, refs }) => refs.map((ref) => [mr, ref] as const));

function inventTables(rng: Rng, count: number, seen: Set<string>): Restaurant[] {
  const tables: Restaurant[] = [];
  for (let attempt = 0; tables.length < count; attempt++) {
    const table = inventRestaurant(rng.fork(`restaurant ${attempt}`));
    const mr = toMr(table);
    if (seen.has(mr)) continue;
    seen.add(mr);
    tables.push(table);
  }
  return tables;
}

/** `name[Willow Corner], eatType[pub]`, slots in E2E's order. */
function toMr(restaurant: Restaurant): string {
  const { name, eatType, food, priceRange, rating, area, familyFriendly, near } = restaurant;
  const slots = { name, eatType, food, priceRange, 'customer rating': rating, area, familyFriendly, near };
  return Object.entries(slots)
    .filter(([, value]) => value !== undefined)
    .map(([slot, value]) => `${slot}[${value}]`)
    .join(', ');
}

/** The release quotes every cell of the test files, and only where it must in the others. */
function toCsv(rows: readonly (readonly [string, string])[], { quoted, end }: { quoted: boolean; end: string }): string {
  const cell = (text: string) => (quoted || /[",\r\n]/.test(text) ? quote(text) : text);
  return [['mr', 'ref'], ...rows].map((row) => row.map(cell).join(',') + end).join('');
}

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
