import type { Rng } from '@prefix-tuning/base';
import type { Triple } from '../linearise.js';
import * as n from './names.js';
import { between, pick } from './pick.js';

/** A kind of table on the made-up web: what its rows hold, and ways to say a row. */
interface TableKind {
  readonly title: (rng: Rng) => string;
  /** The first column is the row's subject. */
  readonly row: (rng: Rng) => Readonly<Record<string, string>>;
  /** `{COLUMN}` is a cell, `{title}` the table's title; a wording fits when all its columns were drawn. */
  readonly wordings: readonly string[];
}

const person = (rng: Rng) => `${pick(rng, [...n.women, ...n.men])} ${pick(rng, n.surnames)}`;

const kinds: readonly TableKind[] = [
  {
    title: (rng) => `${pick(rng, n.leagues)} ${between(rng, 1950, 2015)}`,
    row: (rng) => ({ TEAM: `${pick(rng, n.cities)} ${pick(rng, n.teamNames)}`, POINTS: String(between(rng, 12, 90)), WINS: String(between(rng, 2, 30)), POSITION: String(between(rng, 1, 20)) }),
    wordings: [
      '{TEAM} had {POINTS} points in the {title}.', 'In the {title}, {TEAM} finished in position {POSITION}.', '{TEAM} won {WINS} games.', '{TEAM} had {WINS} wins and {POINTS} points in the {title}.',
      '{TEAM} finished in position {POSITION} with {POINTS} points.', 'With {WINS} wins, {TEAM} came in at position {POSITION} of the {title}.', 'In the {title}, {TEAM} finished in position {POSITION} with {POINTS} points and {WINS} wins.',
      '{TEAM} scored {POINTS} points.', '{TEAM} was in position {POSITION}.',
    ],
  },
  {
    title: (rng) => person(rng),
    row: (rng) => ({ TITLE: pick(rng, filmTitles), ROLE: person(rng), YEAR: String(between(rng, 1948, 2016)), DIRECTOR: person(rng) }),
    wordings: [
      '{title} played {ROLE} in {TITLE}.', 'In {YEAR}, {title} was seen in {TITLE}.', '{title} played the role of {ROLE} in {TITLE} in {YEAR}.', 'In {TITLE}, the role of {ROLE} was played by {title}.', '{TITLE} was directed by {DIRECTOR}.',
      'The director of {TITLE} is {DIRECTOR}.', '{TITLE} came out in {YEAR}.', '{DIRECTOR} directed {TITLE} in {YEAR}.', 'In {YEAR}, {DIRECTOR} directed {title} as {ROLE} in {TITLE}.', '{ROLE} is a role in {TITLE}, directed by {DIRECTOR}.', 'In {TITLE} from {YEAR} there is a role called {ROLE}.',
    ],
  },
  {
    title: (rng) => `Election in ${pick(rng, n.cities)}`,
    row: (rng) => ({ CANDIDATE: person(rng), PARTY: pick(rng, n.parties), VOTES: String(between(rng, 900, 99000)), SHARE: `${between(rng, 3, 58)}%` }),
    wordings: [
      '{CANDIDATE} of the {PARTY} received {VOTES} votes.', '{CANDIDATE} got {VOTES} votes.', '{CANDIDATE} ran for the {PARTY}.', '{CANDIDATE} won {SHARE} of the vote.', '{CANDIDATE} of the {PARTY} won {SHARE} of the vote.', 'With {VOTES} votes, {CANDIDATE} had a share of {SHARE}.',
      'The {PARTY} candidate was {CANDIDATE}, who got {VOTES} votes or {SHARE}.', 'In the {title}, {CANDIDATE} of the {PARTY} received {VOTES} votes.',
    ],
  },
  {
    title: (rng) => `Schools in ${pick(rng, n.countries).name}`,
    row: (rng) => ({ SCHOOL: `${pick(rng, n.cities)} College`, LOCATION: pick(rng, n.cities), NICKNAME: pick(rng, nicknames), ENROLLMENT: String(between(rng, 300, 9000)), FOUNDED: String(between(rng, 1810, 1990)) }),
    wordings: [
      '{SCHOOL} is in {LOCATION}.', 'The nickname of {SCHOOL} is the {NICKNAME}.', '{SCHOOL} has {ENROLLMENT} students.', '{SCHOOL} was founded in {FOUNDED}.', '{SCHOOL}, founded in {FOUNDED}, has {ENROLLMENT} students.', '{SCHOOL} in {LOCATION} is called the {NICKNAME}.',
      'The school in {LOCATION}, {SCHOOL}, was founded in {FOUNDED}.', '{SCHOOL} in {LOCATION} has an enrollment of {ENROLLMENT}.', 'The {NICKNAME} are from {SCHOOL}, which has {ENROLLMENT} students.', '{SCHOOL}, the {NICKNAME}, was founded in {FOUNDED}.',
      'The {NICKNAME} of {SCHOOL} in {LOCATION} have {ENROLLMENT} students.', '{SCHOOL} in {LOCATION}, founded in {FOUNDED}, has {ENROLLMENT} students.',
    ],
  },
];

const filmTitles = ['The Long Ferry', 'Winter Market', 'A House in Pendry', 'The Second Clock', 'Green Harbour', 'Nobody Calls', 'The Orchard Wall', 'Two Trains', 'Paper Moons', 'The Night Baker'] as const;
const nicknames = ['Wolves', 'Eagles', 'Royals', 'Bears', 'Herons', 'Foxes', 'Lions', 'Otters'] as const;

/** Some cells of a row, the table's title where the text needs it, and all wordings that say just these. */
export interface TableRow {
  readonly triples: readonly Triple[];
  readonly texts: readonly string[];
}

/** DART's root of a table that has no subject of its own. */
const context = '[TABLECONTEXT]';

export function inventTableRow(rng: Rng): TableRow {
  const kind = pick(rng, kinds);
  const [title, cells] = [kind.title(rng), kind.row(rng)];
  const used = columnsOf(pick(rng, kind.wordings));
  const subject = Object.keys(cells)[0]!;
  const fill = (wording: string) => wording.replace(/\{(\w+)\}/g, (_, column: string) => (column === 'title' ? title : cells[column]!));
  const root = [{ subject: context, property: subject, object: cells[subject]! }];
  const triples = [
    ...[...used].filter((column) => column !== 'title' && column !== subject).map((property) => ({ subject: cells[subject]!, property, object: cells[property]! })),
    ...(used.has('title') ? [{ subject: context, property: '[TITLE]', object: title }, ...root] : []),
  ];
  const texts = kind.wordings.filter((wording) => sameSet(columnsOf(wording), used)).map(fill);
  return { triples: rng.shuffle(triples), texts };
}

function columnsOf(wording: string): Set<string> {
  return new Set([...wording.matchAll(/\{(\w+)\}/g)].map(([, column]) => column!));
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((item) => b.has(item));
}
