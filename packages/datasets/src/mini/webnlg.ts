import { createRng, type Rng } from '@prefix-tuning/base';
import type { MiniOptions } from '../define.js';
import type { SplitName } from '../example.js';
import type { Triple } from '../linearise.js';
import { writeBenchmarkXml, type EntryToWrite } from './benchmark-xml.js';
import { chance } from './pick.js';
import { inventTripleSets, textsFor, type TripleSet } from './triple-sets.js';
import { createWorld, type World } from './world.js';

const seen = ['Airport', 'Building', 'City', 'Food', 'SportsTeam', 'University', 'WrittenWork'] as const;
/** Kept out of train and dev, as the challenge keeps five categories out. */
const unseen = ['Artist', 'Athlete', 'Politician'] as const;

/** WebNLG's files about the made-up world: half of the test set is of categories that train and dev do not have. */
export function webnlgMini({ seed, sizes }: MiniOptions): Record<string, string> {
  const world = createWorld(seed);
  const rng = createRng(seed).fork('webnlg');
  const taken = new Set<string>();
  const draw = (name: string, count: number, categories: readonly string[]) => inventTripleSets(rng.fork(name), world, { categories, count, taken });
  const half = Math.floor(sizes.test / 2);
  const write = (sets: readonly TripleSet[], split: SplitName) => sets.map((set, n) => entryOf(rng.fork(`${split} texts ${n}`), set, { world, split }));
  const train = write(draw('train', sizes.train, seen), 'train');
  const dev = write(draw('dev', sizes.dev, seen), 'dev');
  const test = numbered(write([...draw('test seen', sizes.test - half, seen), ...draw('test unseen', half, unseen)], 'test'));
  return {
    ...filesBySize(train, 'train'),
    ...filesBySize(dev, 'dev'),
    'test/testdata_with_lex.xml': writeBenchmarkXml(test),
    'test/testdata_unseen_with_lex.xml': writeBenchmarkXml(numbered(test.slice(sizes.test - half))),
    'test/testdata_no_lex.xml': writeBenchmarkXml(test, { texts: false }),
  };
}

type Entry = Omit<EntryToWrite, 'id'>;

const numbered = (entries: readonly Entry[]): EntryToWrite[] => entries.map((entry, n) => ({ ...entry, id: `Id${n + 1}` }));

function entryOf(rng: Rng, { category, triples }: TripleSet, { world, split }: { world: World; split: SplitName }): Entry {
  const texts = textsFor(rng, triples, { world, low: 2, high: split === 'test' ? 4 : 3 });
  const dbpedia = triples.map(asDbpedia);
  return { category, size: String(triples.length), original: [dbpedia], modified: dbpedia, texts: texts.map((text, n) => withComment(rng, text, split !== 'test' && n > 0)) };
}

/** A few texts of train and dev are marked as needing repair, as in the release. */
function withComment(rng: Rng, text: string, mayFail: boolean): EntryToWrite['texts'][number] {
  return mayFail && chance(rng, 0.01) ? { text: text.replace(/^\w+ /, '').replace(/\.$/, ''), comment: 'toFix' } : { text, comment: 'good' };
}

/** Names have underscores in the triples, values have none. */
function asDbpedia({ subject, property, object }: Triple): Triple {
  const name = (text: string) => (/^[A-Z]/.test(text) ? text.replaceAll(' ', '_') : text);
  return { subject: name(subject), property, object: name(object) };
}

function filesBySize(entries: readonly Entry[], split: SplitName): Record<string, string> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const name = `${split}/${entry.size}triples/${entry.size}triples_${entry.category}_${split}_challenge.xml`;
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return Object.fromEntries([...groups].map(([name, group]) => [name, writeBenchmarkXml(numbered(group))]));
}
