/**
 * Writes the inputs of the METEOR and TER goldens: `npx tsx --conditions=prefix-tuning-source tools/goldens/meteor-ter-inputs.ts`.
 *
 * Segments in the styles of four data-to-text and summarisation datasets, made from templates with several wordings
 * each, so that stems, synonyms, paraphrases and moved phrases occur; and hostile ones. The seed decides every byte.
 */
import { writeFileSync } from 'node:fs';
import { createRng, type Rng } from '@prefix-tuning/base';
import { hostileSegments } from './meteor-ter-hostile.js';

export interface GoldenSegment {
  readonly hypothesis: string;
  readonly references: readonly string[];
}

interface Frame {
  /** Wordings of one meaning; `{x}` is a slot, `(a|b)` a choice. */
  readonly wordings: readonly string[];
  readonly slots: Readonly<Record<string, readonly string[]>>;
}

const people = ['Elliot See', 'Alan Bean', 'Dr. Abel Hernández', 'Mary-Ann O\'Neill', 'J. R. Ewing', 'Sir Tim Smith Jr.', 'Agnes Kant', 'Buzz Aldrin'];
const places = ['St. Louis', 'Ciudad Ayala', 'the U.S.', 'Dublin', 'San Sebastián de los Reyes', 'Texas', 'New York City', 'Łódź'];

const frames: readonly Frame[] = [
  {
    wordings: [
      '{name} is (a|an inexpensive|a cheap) {food} {kind} (near|close to|in the vicinity of) {near} (with|that has) a {rating} customer rating.',
      '(Located|Situated|You will find it) near {near}, {name} (serves|offers|provides) {food} food (and|, and it) has a customer rating of {rating}.',
      'There is a {kind} (called|named) {name} (that serves|serving) {food} meals; customers (rated|rate) it {rating}. It\'s (beside|next to) {near}.',
      'The {kind} {name}, (by|near) {near}, (is not family-friendly|does not welcome children|isn\'t child friendly) but its {food} dishes (got|received) a {rating} rating.',
    ],
    slots: {
      name: ['The Eagle', 'Blue Spice', 'Alimentum', 'The Golden Curry', 'Giraffe', 'Zizzi', 'The Punter'],
      food: ['Italian', 'French', 'fast', 'Chinese', 'Indian', 'English', 'Japanese'],
      kind: ['restaurant', 'coffee shop', 'pub', 'eatery'],
      near: ['the Burger King', 'Café Sicilia', 'the city centre', 'the riverside', 'Crowne Plaza Hotel'],
      rating: ['5 out of 5', 'low', 'average', '1 out of 5', 'high', '3-star'],
    },
  },
  {
    wordings: [
      '{person} was born (in|at) {place} on {date} and (later |)(worked as|became|served as) a {job}.',
      'Born on {date} in {place}, {person} (was|is) a {job}.',
      '{person}, (whose|the) birth place is {place}, (was employed as|has been working as|had the job of) a {job} (since|from) {year}.',
      'The {job} {person} (originates|comes|came) from {place}, where (he|she) was born (on|in) {date}.',
    ],
    slots: {
      person: people,
      place: places,
      date: ['1932-03-15', 'March 15th, 1932', '23 July 1927', 'the 4th of July 1969', '01/02/1903'],
      job: ['test pilot', 'fighter pilot', 'politician', 'writer', 'footballer', 'deputy minister', 'professor of physics'],
      year: ['1962', '2001', 'the 1990\'s', '1,950'],
    },
  },
  {
    wordings: [
      'The {thing} of {place} (has|had) (a total of|altogether|about) {number} {unit}.',
      '{place}\'s {thing} (amounts|amounted|came) to {number} {unit} (in total|overall|).',
      '{number} {unit} (is|was|were) the {thing} (recorded|reported|measured) for {place}, (according to|said) the agency.',
      'In {place} (they|officials) (reported|registered) {number} {unit} as {thing}.',
    ],
    slots: {
      place: places,
      thing: ['population', 'total area', 'annual production', 'unemployment rate', 'runway length', 'budget'],
      number: ['3,000,000', '12.5', '1 777 539', '4.2-4.5', '$2.3', 'twenty-two', 'nearly 80', '-7'],
      unit: ['people', 'square kilometres', 'metres', 'per cent', '%', 'million dollars', 'inhabitants'],
    },
  },
  {
    wordings: [
      'A {who} has been (arrested|detained|taken into custody) (after|following) {event} in {place}, (police said|according to police|the authorities said).',
      'Police (in|from) {place} (say they|said that they|announced they) have (arrested|held) a {who} (over|in connection with) {event}.',
      '(Officers|Detectives) (investigating|who are investigating|looking into) {event} in {place} are (questioning|talking to) a {who} ...',
      '"We (are appealing|appeal) for witnesses," a spokesman (said|told the BBC) after {event} -- a {who} (remains|is still) in custody in {place}!',
    ],
    slots: {
      who: ['man', '19-year-old man', 'woman', 'former mayor', 'teenager', 'group of youths'],
      event: ['a fatal crash', 'the death of a cyclist', 'a serious assault', 'two shootings', 'the theft of £20,000', 'an attempted murder'],
      place: [...places, 'Greater Manchester', 'Aberdeen'],
    },
  },
  {
    wordings: [
      'The (number|amount) of {what} (rose|increased|went up|climbed) (sharply|significantly|a great deal) {when}, (new |)figures (show|suggest|reveal).',
      '(New figures|Statistics) (show|showed) that {what} have (risen|been rising) {when}, and (experts|analysts) (expect|believe) that (this|it) (will|is going to) continue.',
      '{when}, there (was|has been) (a sharp|a significant|an important) (rise|increase|growth) in {what}, as (well as|) costs.',
      'More {what} than (ever|before) were (counted|seen) {when}; (however|but|nevertheless) the government (denied|rejected) (claims|allegations) of a crisis.',
    ],
    slots: {
      what: ['house prices', 'job losses', 'complaints', 'visitors', 'tax evaders', 'train delays', 'university applications'],
      when: ['last year', 'in the last three months', 'during the first half of 2015', 'over the weekend', 'this week'],
    },
  },
];

function fill(frame: Frame, values: Readonly<Record<string, string>>, rng: Rng): string {
  const wording = pick(frame.wordings, rng);
  const chosen = wording.replace(/\(([^()]*)\)/g, (_, choices: string) => pick(choices.split('|'), rng));
  return chosen.replace(/\{(\w+)\}/g, (_, slot: string) => values[slot]!).replace(/ +/g, ' ');
}

function pick<T>(items: readonly T[], rng: Rng): T {
  return items[rng.integer(items.length)]!;
}

type Noise = (words: readonly string[], rng: Rng) => readonly string[];

const swapSpans: Noise = (words, rng) => {
  const [a, b, c, d] = [0, 0, 0, 0].map(() => rng.integer(words.length + 1)).sort((x, y) => x - y) as [number, number, number, number];
  return [...words.slice(0, a), ...words.slice(c, d), ...words.slice(b, c), ...words.slice(a, b), ...words.slice(d)];
};
const endings = ['s', 'ed', 'ing', 'ly', 'er', 'ness', 'ies', "'s"];
const at = (words: readonly string[], i: number, replacement: readonly string[]) => [...words.slice(0, i), ...replacement, ...words.slice(i + 1)];

/** What goes wrong in a system's output. */
const noises: readonly Noise[] = [
  (words) => words,
  (words) => words.join(' ').toLowerCase().replace(/([.,;:!?"()])/g, ' $1 ').trim().split(/ +/),
  swapSpans,
  (words, rng) => swapSpans(swapSpans(words, rng), rng),
  (words, rng) => words.filter(() => rng.uniform() > 0.15),
  (words, rng) => at(words, rng.integer(words.length), []),
  (words, rng) => words.flatMap((word) => (rng.uniform() < 0.1 ? [word, word] : [word])),
  (words, rng) => words.map((word) => (rng.uniform() < 0.2 ? word.replace(/(s|ed|ing|e)?$/, pick(endings, rng)) : word)),
  (words, rng) => [...words, ...words.slice(rng.integer(words.length))],
  (words, rng) => rng.shuffle(words),
];

function segment(rng: Rng): GoldenSegment {
  const frame = pick(frames, rng);
  const other = pick(frames, rng);
  const values = Object.fromEntries(Object.entries(frame.slots).map(([slot, options]) => [slot, pick(options, rng)]));
  const more = Object.fromEntries(Object.entries(other.slots).map(([slot, options]) => [slot, pick(options, rng)]));
  const long = rng.uniform() < 0.3;
  const text = () => (long ? `${fill(frame, values, rng)} ${fill(other, more, rng)}` : fill(frame, values, rng));
  const references = Array.from({ length: 1 + rng.integer(4) }, text);
  const words = text().split(' ');
  const noisy = pick(noises, rng)(words, rng);
  return { hypothesis: (noisy.length > 0 ? noisy : words).join(' '), references };
}

function main(): void {
  const rng = createRng('meteor-ter-goldens');
  const folder = new URL('../../packages/metrics/test/goldens/ter/', import.meta.url);
  const varied = Array.from({ length: 2000 }, (_, i) => segment(rng.fork(`segment-${i}`)));
  const write = (name: string, segments: readonly GoldenSegment[]) =>
    writeFileSync(new URL(name, folder), segments.map(({ hypothesis, references }) => JSON.stringify([hypothesis, ...references]) + '\n').join(''));
  write('varied.jsonl', varied);
  write('hostile.jsonl', hostileSegments(rng.fork('hostile'), 500));
}

main();
