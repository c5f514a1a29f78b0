import type { Rng } from '@prefix-tuning/base';
import { leagues } from './names.js';
import { city, inventPerson, millions, twoTeams, weekday, type News } from './news.js';
import { between, capital, pick } from './pick.js';

const numbers = ['no', 'one', 'two', 'three', 'four', 'five', 'six'];

export function footballMatch(rng: Rng): News {
  const [home, away] = twoTeams(rng);
  const [player, keeper, manager] = [inventPerson(rng), inventPerson(rng), inventPerson(rng)];
  const [low, margin] = [between(rng, 0, 2), pick(rng, [1, 1, 2, 3])];
  const score = `${low + margin}-${low}`;
  const goals = Math.min(low + margin, pick(rng, [1, 2, 2, 3]));
  const beat = margin >= 3 ? 'thrashed' : margin === 1 ? 'edged past' : 'beat';
  const scored = ['', 'scored', 'scored twice', 'scored a hat-trick'][goals]!;
  const league = pick(rng, leagues);
  return {
    path: 'sport/football',
    story: [
      `${home} had lost ${numbers[between(rng, 2, 5)]} of their last six games, but they began well and ${player.name} gave them the lead after ${between(rng, 3, 30)} minutes.`,
      goals > 1 ? `${player.surname} ${goals === 3 ? 'added two more goals' : 'struck again'} ${pick(rng, ['after the break', 'before half-time', 'from close range'])}.` : `After that ${player.surname} went close twice but did not score again.`,
      low > 0 ? `${away} found the net ${low === 1 ? 'once' : 'twice'}, but the game ended ${score} to ${home}.` : `${away} never looked like scoring, and the game ended ${score} to ${home}.`,
    ],
    background: [
      `"${pick(rng, ['The players gave everything', 'We deserved the points', 'It was a good day for us'])}," said ${home} manager ${manager.name}.`,
      `${away} goalkeeper ${keeper.name} made ${numbers[between(rng, 2, 6)]} good saves.`,
      `The result lifts ${home} to place ${between(rng, 2, 15)} in the ${league}.`,
      `Both teams play again next ${weekday(rng)}.`,
    ],
    summaries: [`${player.name} ${scored} as ${home} ${beat} ${away} ${score}.`, `${home} ${beat} ${away} ${score} as ${player.name} ${scored}.`, `${player.name} ${scored} to help ${home} to a ${score} win over ${away}.`],
  };
}

export function transfer(rng: Rng): News {
  const [club, old] = twoTeams(rng);
  const [player, manager] = [inventPerson(rng), inventPerson(rng)];
  const [position, years, fee] = [pick(rng, ['goalkeeper', 'defender', 'midfielder', 'striker']), numbers[between(rng, 2, 5)], millions(rng, 2, 40)];
  return {
    path: 'sport/football',
    story: [
      `The ${position}, who is ${between(rng, 18, 33)}, has agreed a contract of ${years} years after passing a medical in ${club.split(' ')[0]} on ${weekday(rng)}.`,
      `${player.name} leaves ${old}, where ${player.he} played ${between(rng, 20, 200)} games. It is understood that ${club} paid ${fee}.`,
    ],
    background: [
      `"I am very happy to be here and cannot wait to start," ${player.surname} told the club website.`,
      `${club} manager ${manager.name} said ${player.surname} would "make the team stronger".`,
      `${capital(player.he)} is the ${pick(rng, ['first', 'second', 'third'])} player to join ${club} this summer.`,
      `${old} said they wished ${player.surname} well.`,
    ],
    summaries: [`${club} have signed ${position} ${player.name} from ${old} for ${fee}.`, `${old} ${position} ${player.name} has joined ${club} on a ${years}-year deal.`, `${club} have completed the signing of ${old} ${position} ${player.name} for ${fee}.`],
  };
}

export function managerLeaves(rng: Rng): News {
  const [club, other] = twoTeams(rng);
  const [manager, coach] = [inventPerson(rng), inventPerson(rng)];
  const months = between(rng, 3, 20);
  const league = pick(rng, leagues);
  return {
    path: 'sport/football',
    story: [
      `${manager.name} was told of the decision on ${weekday(rng)}, a day after the team lost at ${other}.`,
      `${capital(manager.he)} had been in charge for ${months} months and won only ${numbers[between(rng, 1, 5)]} of the last ${between(rng, 12, 20)} games. ${club} are at the bottom of the ${league}.`,
      `Coach ${coach.name} will lead the team until a new manager is found.`,
    ],
    background: [`A statement from the club thanked ${manager.surname} for ${manager.his} work.`, `Fans had called for a change for weeks.`, `${club} play ${other} again in the cup next month.`],
    summaries: [`${club} have sacked manager ${manager.name} after ${months} months in charge.`, `Manager ${manager.name} has been sacked by ${league} club ${club}.`, `${club}, bottom of the ${league}, have sacked manager ${manager.name}.`],
  };
}

export function athletics(rng: Rng): News {
  const [runner, rival] = [inventPerson(rng), inventPerson(rng)];
  const [distance, where] = [pick(rng, ['800m', '1500m', '5,000m', '10,000m', 'marathon']), city(rng)];
  const record = pick(rng, [true, false]);
  return {
    path: 'sport/athletics',
    story: [
      `It rained hard in ${where} on ${weekday(rng)}, but ${runner.name} led the ${distance} from the start and was never caught.`,
      record ? `The clock showed that ${runner.he} had run faster than anyone in the history of the event.` : `${capital(runner.his)} time was ${numbers[between(rng, 2, 6)]} seconds short of the record.`,
      `${rival.name} came second, and was helped from the track at the end.`,
    ],
    background: [`"I could not feel my legs," said ${runner.surname}.`, `${runner.surname}, ${between(rng, 19, 35)}, only returned from injury in the spring.`, `The next race is in ${city(rng)} in two weeks.`],
    summaries: record
      ? [`${runner.name} broke the ${distance} record in ${where}.`, `${runner.name} set a new record as ${runner.he} won the ${distance} in ${where}.`]
      : [`${runner.name} beat ${rival.name} to win the ${distance} in ${where}.`, `${runner.name} won the ${distance} in the rain in ${where}.`],
  };
}

export function injury(rng: Rng): News {
  const [club, next] = twoTeams(rng);
  const [player, doctor] = [inventPerson(rng), inventPerson(rng)];
  const [part, weeks] = [pick(rng, ['knee', 'ankle', 'shoulder', 'foot']), numbers[between(rng, 2, 6)]];
  const sport = pick(rng, ['rugby-union', 'cricket', 'football']);
  return {
    path: `sport/${sport}`,
    story: [
      `${player.name} fell badly in training with ${club} on ${weekday(rng)} and was taken to hospital.`,
      `Team doctor ${doctor.name} said scans had shown damage to the ${part}. "${capital(player.he)} will need ${weeks} weeks before ${player.he} can play," ${doctor.surname} said.`,
    ],
    background: [`The ${part} had troubled ${player.surname} before.`, `${capital(player.he)} will miss the game with ${next}.`, `${player.surname} has been one of the best players of the season.`, `${club} hope to sign another player this month.`],
    summaries: [`${club} player ${player.name} will be out for ${weeks} weeks with ${part === 'ankle' ? 'an ankle' : `a ${part}`} injury.`, `${player.name} will miss ${club}'s next ${weeks} weeks because of ${part === 'ankle' ? 'an ankle' : `a ${part}`} injury.`],
  };
}
