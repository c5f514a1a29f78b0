import type { Rng } from '@prefix-tuning/base';
import { parties, buildingKinds, buildingNames, ingredients } from './names.js';
import { city, countryOf, inventPerson, millions, slug, weekday, type News } from './news.js';
import { between, capital, pick } from './pick.js';

const building = (rng: Rng) => `${pick(rng, buildingNames)} ${pick(rng, buildingKinds)}`;

const voteCounts = Array.from({ length: 30 }, (_, n) => n + 10);

export function fire(rng: Rng): News {
  const [where, place, chief] = [city(rng), building(rng), inventPerson(rng)];
  const [hurt, engines, day] = [pick(rng, [0, 0, 2, 3, 5]), between(rng, 4, 20), weekday(rng)];
  return {
    path: `news/uk-england-${slug(where)}`,
    story: [
      `Smoke was first seen at ${place} in ${where} shortly after ${between(rng, 1, 11)}am on ${day}, and ${engines} fire engines were sent.`,
      hurt === 0 ? 'Everybody inside was led out in time and nobody was harmed.' : `${hurt} people were taken to hospital with burns.`,
      `Fire chief ${chief.name} said the roof had been lost and the ground floor was under water.`,
    ],
    background: [`People living nearby were told to keep their windows shut.`, `The cause is not yet known.`, `${place} was opened in ${between(rng, 1850, 1990)} and is known to everyone in the city.`, `"It is very sad," said ${inventPerson(rng).name}, who works across the street.`],
    summaries: [
      `${hurt === 0 ? 'Nobody was hurt' : `${hurt} people were hurt`} in a fire at ${place} in ${where}.`,
      `A fire has badly damaged ${place} in ${where}${hurt === 0 ? '' : ` and left ${hurt} people in hospital`}.`,
      `Firefighters have tackled a large fire at ${place} in ${where}.`,
    ],
  };
}

export function council(rng: Rng): News {
  const [where, leader, critic] = [city(rng), inventPerson(rng), inventPerson(rng)];
  const [plan, cost] = [pick(rng, ['a new bridge', 'a new library', 'a swimming pool', 'a tram line', 'a bus station']), millions(rng, 2, 90)];
  const [yes, no] = rng.sample(voteCounts, 2) as [number, number];
  const passed = yes > no;
  return {
    path: `news/uk-${pick(rng, ['england', 'scotland', 'wales'])}-${slug(where)}`,
    story: [
      `Members of ${where} council met on ${weekday(rng)} to vote on ${plan}, which would cost ${cost}.`,
      `After three hours ${yes} voted for it and ${no} against.`,
      passed ? `Council leader ${leader.name} said work would start next year.` : `Council leader ${leader.name} said ${leader.he} was very disappointed and would not bring it back.`,
    ],
    background: [`${critic.name}, who spoke against it, said the money was needed for schools.`, `The first drawings were shown ${between(rng, 2, 9)} years ago.`, `About ${between(rng, 2, 30)}00 people had signed a letter about it.`],
    summaries:
      passed
        ? [`Plans for ${plan} in ${where} have been approved.`, `${where} council has voted for ${plan} costing ${cost}.`, `${capital(plan)} costing ${cost} will be built in ${where}.`]
        : [`Plans for ${plan} in ${where} have been rejected.`, `${where} council has voted against ${plan} costing ${cost}.`, `${capital(plan)} will not be built in ${where} after councillors voted against it.`],
  };
}

export function election(rng: Rng): News {
  const where = city(rng);
  const country = countryOf(where);
  const [winner, loser] = [inventPerson(rng), inventPerson(rng)];
  const [party, other] = rng.sample(parties, 2);
  const share = between(rng, 51, 67);
  return {
    path: `news/world-${pick(rng, ['europe', 'africa', 'asia'])}`,
    story: [
      `Crowds sang in the streets of ${where} when the last votes were counted on ${weekday(rng)} night. ${winner.name} of the ${party} had ${share}% of the vote.`,
      `${capital(winner.his)} rival, ${loser.name} of the ${other}, rang ${winner.surname} before midnight and admitted defeat.`,
      `${winner.surname} will be sworn in as president of ${country} next month.`,
    ],
    background: [`"Today ${country} begins again," ${winner.surname} told ${winner.his} supporters.`, `${loser.surname} had led the country for ${between(rng, 4, 12)} years.`, 'Observers said that the vote was fair.', `Prices and jobs were what most voters spoke about.`],
    summaries: [`${winner.name} of the ${party} has won the presidential election in ${country}.`, `${winner.name} has been elected president of ${country}, beating ${loser.name}.`, `${country} has elected ${winner.name} as its new president.`],
  };
}

export function storm(rng: Rng): News {
  const [where, minister] = [city(rng), inventPerson(rng)];
  const country = countryOf(where);
  const [homes, dead] = [between(rng, 2, 90) * 1000, pick(rng, [0, 2, 4, 7])];
  return {
    path: `news/world-${pick(rng, ['asia', 'us-canada', 'australia'])}`,
    story: [
      `Winds of ${between(rng, 120, 220)} km/h reached the coast of ${country} near ${where} on ${weekday(rng)}, and trees and power lines came down.`,
      `${homes.toLocaleString('en')} homes were without electricity.${dead === 0 ? '' : ` Officials confirmed that ${dead} people had lost their lives.`}`,
      `${minister.name}, the interior minister, asked people to stay indoors.`,
    ],
    background: ['Schools will remain closed until further notice.', `The airport of ${where} stopped all flights.`, `It is the worst weather in the region for ${between(rng, 10, 50)} years.`],
    summaries:
      dead === 0
        ? [`A storm has left ${homes.toLocaleString('en')} homes without power in ${country}.`, `Thousands of homes have lost power after a storm hit ${where} in ${country}.`]
        : [`At least ${dead} people have died in a storm in ${country}.`, `A storm near ${where} in ${country} has killed ${dead} people and left thousands without power.`],
  };
}

export function results(rng: Rng): News {
  const company = `${pick(rng, buildingNames)} ${pick(rng, ['Foods', 'Airways', 'Bank', 'Motors', 'Stores'])}`;
  const [boss, now, before] = [inventPerson(rng), between(rng, 20, 400), between(rng, 20, 400)];
  const rise = now >= before;
  const reason = pick(rng, rise ? ['strong sales abroad', 'lower costs', 'good summer weather'] : ['weak sales at home', 'higher fuel prices', 'a strike in the spring']);
  return {
    path: 'news/business',
    story: [
      `${company} made £${now}m before tax in the year to March. A year ago the figure was £${before}m.`,
      `Chief executive ${boss.name} spoke of ${reason}.`,
      rise ? `Shares in the firm went up by ${between(rng, 2, 9)}% on ${weekday(rng)}.` : `Shares in the firm lost ${between(rng, 2, 9)}% on ${weekday(rng)}.`,
    ],
    background: [`The company has ${between(rng, 3, 60)},000 workers.`, `"We are ready for next year," ${boss.surname} said.`, `It plans to open ${between(rng, 5, 40)} new branches.`, 'Analysts had expected as much.'],
    summaries: [`Profits at ${company} have ${rise ? 'risen' : 'fallen'} to £${now}m because of ${reason}.`, `${company} has reported ${rise ? 'higher' : 'lower'} profits of £${now}m.`, `${rise ? 'Strong' : 'Weak'} results from ${company} have sent its shares ${rise ? 'up' : 'down'}.`],
  };
}

export function jobs(rng: Rng): News {
  const [where, company] = [city(rng), `${pick(rng, buildingNames)} ${pick(rng, ['Steel', 'Glass', 'Textiles', 'Electronics'])}`];
  const [count, cuts, speaker] = [between(rng, 8, 90) * 10, pick(rng, [true, false]), inventPerson(rng)];
  return {
    path: 'news/business',
    story: [
      cuts ? `Workers at ${company} were called to a meeting on ${weekday(rng)} and told that the plant in ${where} would close.` : `${company} said on ${weekday(rng)} that it would open a second plant in ${where}.`,
      cuts ? `${count} people work there.` : `It will need ${count} workers by next year.`,
    ],
    background: [`"This is ${cuts ? 'a terrible day' : 'wonderful news'} for our families," said ${speaker.name} of the trade union.`, `The firm has been in ${where} since ${between(rng, 1900, 1990)}.`, cuts ? 'Orders had fallen for two years.' : 'Orders had grown for two years.', `The city's leaders will meet the firm next week.`],
    summaries: cuts ? [`${company} is to close its plant in ${where} with the loss of ${count} jobs.`, `${count} jobs will go as ${company} closes its plant in ${where}.`] : [`${company} is to create ${count} jobs in ${where}.`, `A new plant of ${company} will bring ${count} jobs to ${where}.`],
  };
}

export function health(rng: Rng): News {
  const [where, doctor, patient] = [city(rng), inventPerson(rng), inventPerson(rng)];
  const [food, share] = [pick(rng, ingredients), between(rng, 8, 35)];
  return {
    path: 'news/health',
    story: [
      `Doctors in ${where} followed ${between(rng, 2, 30)},000 people for ${between(rng, 5, 20)} years and asked them what they ate.`,
      `Those who had ${food} every day had ${share}% fewer heart problems than the others.`,
    ],
    background: [`"One meal does not change your life, but habits do," said ${doctor.name}, who led the study.`, `${patient.name}, ${between(rng, 50, 80)}, took part from the start.`, 'Others said that more work was needed.', `The study was paid for by the University of ${where}.`],
    summaries: [`Eating ${food} every day may protect the heart, a study in ${where} suggests.`, `People who eat ${food} daily have fewer heart problems, say doctors in ${where}.`],
  };
}

export function school(rng: Rng): News {
  const [where, head, pupil] = [city(rng), inventPerson(rng), inventPerson(rng)];
  const subject = pick(rng, ['music', 'mathematics', 'sport', 'science', 'languages']);
  return {
    path: 'news/education',
    story: [`${where} High School has ${between(rng, 300, 1500)} pupils, and all of them stood in the yard on ${weekday(rng)} when head teacher ${head.name} read out the letter.`, `It said that no school in ${countryOf(where)} teaches ${subject} better, and that a prize of £${between(rng, 2, 50)},000 would follow.`],
    background: [`"We always knew," said pupil ${pupil.name}.`, `The judges visited ${between(rng, 20, 90)} schools.`, `The money will be spent on new rooms.`, `${head.surname} came to the school ${between(rng, 3, 20)} years ago.`],
    summaries: [`${where} High School has won a national prize for teaching ${subject}.`, `A school in ${where} has been named the best in ${countryOf(where)} for ${subject}.`],
  };
}

export function technology(rng: Rng): News {
  const [maker, what] = [pick(rng, ['Novatel', 'Brightline', 'Kestrel Systems', 'Orbis']), pick(rng, ['phone', 'watch', 'camera', 'electric car', 'tablet'])];
  const [fault, boss, count] = [pick(rng, ['became too hot', 'stopped without warning', 'lost their data', 'could be opened by strangers']), inventPerson(rng), between(rng, 2, 90)];
  return {
    path: 'news/technology',
    story: [`More than ${count},000 people have bought the newest ${what} by ${maker} since ${pick(rng, ['spring', 'autumn', 'last year'])}. Some of them found that their devices ${fault}.`, `On ${weekday(rng)} ${maker} asked all buyers to send it back and promised them their money.`],
    background: [`"We are sorry," said ${boss.name}, who runs the company.`, `Shops have taken the ${what} off their shelves.`, `${maker} was founded in ${between(rng, 1975, 2012)}.`, `The company had hoped to sell a million of them.`],
    summaries: [`${maker} has recalled its newest ${what} after some devices ${fault}.`, `${maker} is taking back its ${what} because some ${fault}.`],
  };
}

export function exhibition(rng: Rng): News {
  const [where, place, artist, curator] = [city(rng), `${pick(rng, buildingNames)} Museum`, inventPerson(rng), inventPerson(rng)];
  const [count, lost] = [between(rng, 20, 120), pick(rng, ['an attic', 'a cellar', 'a farmhouse', 'a railway station'])];
  return {
    path: 'news/entertainment-arts',
    story: [`When ${lost} in ${where} was cleared last year, workers found boxes with ${count} drawings. Experts now say that they are by ${artist.name}, who died in ${between(rng, 1900, 1980)}.`, `The drawings will hang in the ${place} from ${weekday(rng)}.`],
    background: [`"I wept when I opened the first box," said ${curator.name} of the museum.`, `${artist.surname} was poor all ${artist.his} life.`, `Tickets cost £${between(rng, 4, 18)}.`, `The museum expects ${between(rng, 10, 90)},000 visitors.`],
    summaries: [`${count} drawings by ${artist.name} found in ${lost} in ${where} are to go on show.`, `Lost drawings by ${artist.name} will be shown at the ${place}.`],
  };
}

export function discovery(rng: Rng): News {
  const [where, expert] = [city(rng), inventPerson(rng)];
  const animal = pick(rng, ['frog', 'butterfly', 'bat', 'owl', 'lizard']);
  return {
    path: 'news/science-environment',
    story: [`It is no longer than ${between(rng, 2, 20)} cm, it is ${pick(rng, ['green', 'blue', 'brown', 'grey'])}, and nobody had described it before. ${expert.name} met the ${animal} in a forest near ${where} on a rainy night.`, `Tests at the University of ${where} have shown that it belongs to no known species.`],
    background: [`"I almost stepped on it," ${expert.surname} said.`, `The forest is to be cut down for a road.`, `${between(rng, 3, 20)} of the animals have been counted so far.`, `It will be named after the city.`],
    summaries: [`A new species of ${animal} has been found near ${where}.`, `Scientists have discovered a new ${animal} in a forest near ${where}.`],
  };
}
