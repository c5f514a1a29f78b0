import type { Rng } from '@prefix-tuning/base';
import { pick } from './noise.js';

/** Writes one sentence or text in the manner of a dataset; every call may choose other words for the same facts. */
export type Writer = (facts: Rng) => (wording: Rng) => string;

const NAMES = ['The Amber Fox', 'Blue Lantern', 'Harbour Hill', 'Café Noir', 'The Twelve Bells', 'Old Mill', "Rosa's", 'Green & Gold'];
const FOODS = ['Italian', 'Thai', 'English', 'French', 'Lebanese', 'fast food', 'vegan'];
const AREAS = ['riverside', 'city centre', 'old harbour', 'north end'];
const PRICES = ['cheap', 'moderate', 'high', 'less than £20', '£20-25', 'more than £30'];

const restaurants: Writer = (facts) => {
  const [name, food, area, price, near] = [pick(facts, NAMES), pick(facts, FOODS), pick(facts, AREAS), pick(facts, PRICES), pick(facts, NAMES)];
  const [stars, kids] = [1 + facts.integer(5), facts.uniform() < 0.5];
  return (wording) =>
    pick(wording, [
      `${name} is a ${price} ${food} restaurant in the ${area} near ${near}. It is ${kids ? '' : 'not '}family-friendly.`,
      `Near ${near}, in the ${area}, there's a ${food} place called ${name}: ${stars} out of 5 stars, price range ${price}.`,
      `If you like ${food} food, try ${name}! It's rated ${stars} out of 5 and its prices are ${price}.`,
      `${name} serves ${food} dishes (${price}) and ${kids ? 'welcomes children' : "isn't for kids"}. You'll find it by ${near}.`,
      `Located in the ${area}, "${name}" offers ${food} food; the customer rating is ${stars}/5, and it does${kids ? '' : "n't"} allow kids.`,
    ]);
};

const PEOPLE = ['aenir velsson', 'marta o brien', 'j . p . lindqvist', 'sunil rao', 'yukio tanaka'];
const PLACES = ['port elwin , norlund', 'eastmere', 'san tomas', 'the velan republic', 'greyford university'];
const YEARS = ['1871', '1923 - 04 - 11', '1987', '2009', '12.5'];

const encyclopedia: Writer = (facts) => {
  const [person, place, year, other] = [pick(facts, PEOPLE), pick(facts, PLACES), pick(facts, YEARS), pick(facts, PEOPLE)];
  return (wording) =>
    pick(wording, [
      `${person} was born in ${place} in ${year} and worked with ${other} .`,
      `born in ${year} , ${person} , a colleague of ${other} , comes from ${place} .`,
      `${place} is the birthplace of ${person} ( ${year} ) .`,
      `${other} worked with ${person} , who was born in ${place} on ${year} .`,
    ]);
};

const TEAMS = ['ashdown rovers', 'velan united', 'the northgate nine', 'team 7'];

const tables: Writer = (facts) => {
  const [home, away, points, year] = [pick(facts, TEAMS), pick(facts, TEAMS), facts.integer(100), pick(facts, YEARS)];
  return (wording) =>
    pick(wording, [
      `${home} scored ${points} points against ${away} in ${year} .`,
      `in ${year} , the ${home} beat ${away} with ${points} points .`,
      `the total score of ${home} - ${away} was ${points} .`,
      `${away} lost by ${points} to ${home} ; the year was ${year} .`,
      `${points} points were scored .`,
    ]);
};

const TOPICS = ['a plan to rebuild the old harbour', 'three new trains', "the council's budget", 'a rare seabird', 'flood defences'];
const VERBS = ['has been approved', 'was rejected by residents', 'will cost £1.5m', 'could be delayed until 2018', 'is being investigated'];

const news: Writer = (facts) => {
  const [topic, verb, place, percent] = [pick(facts, TOPICS), pick(facts, VERBS), pick(facts, AREAS), facts.integer(1000) / 10];
  return (wording) => {
    const first = pick(wording, [
      `${topic} in the ${place} ${verb}, officials have said.`,
      `Officials say that ${topic} ${verb}.`,
      `Plans concerning ${topic} near the ${place} have caused anger, as it ${verb}.`,
    ]);
    const second = pick(wording, [
      ` About ${percent}% of people were against it.`,
      ` "We're not happy," said Mr. O'Neil, 54.`,
      ` Residents of the ${place} were studying the running costs and organisations' responses.`,
      '',
    ]);
    return first + second;
  };
};

/** The four datasets' styles. */
export const writers: Readonly<Record<'e2e' | 'webnlg' | 'dart' | 'xsum', Writer>> = {
  e2e: restaurants,
  webnlg: encyclopedia,
  dart: tables,
  xsum: news,
};
