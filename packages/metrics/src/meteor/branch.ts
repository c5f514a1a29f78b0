import type { Beam } from './beam.js';
import { isMarked, mark } from './bits.js';
import type { Choices } from './choices.js';
import type { Trail } from './trail.js';

/** A way that is offered is numbered by the rank of the way it goes on from, and in these lower bits by its choice; so equals keep their order. */
const CHOICE_BITS = 25;
const CHOICE = (1 << CHOICE_BITS) - 1;

/** Does a match go on with the run of matches before it, if there is one? */
export const isAdjacent = (hypothesisNext: number, hypothesisStart: number) => hypothesisNext < 0 || hypothesisNext === hypothesisStart;

/** Fills a beam with the best of what ways can become at a reference word: each takes a choice that is free to it, or none. */
export function branch(ways: Beam, following: Beam, { choices, trail, word }: { choices: Choices; trail: Trail; word: number }): void {
  following.clear(ways.usedSize);
  // What adds the most comes first: often it fills the beam alone, and the rest need not be tried.
  if (choices.mostMerit > 0) offer(ways, following, { choices, word, best: true });
  offer(ways, following, { choices, word, best: false });
  follow(ways, following, { choices, trail, word });
}

/** Offers the choices that add the most, or all others, of which the last is to take none. */
function offer(ways: Beam, following: Beam, { choices, word, best }: { choices: Choices; word: number; best: boolean }): void {
  const { used, usedSize, next, hypothesisNext, distance: distances } = ways;
  const { size, merit: merits, mostMerit, displacement, hypothesisStart, hypothesisEnd } = choices;
  const most = best ? mostMerit : choices.otherMerit;
  const tried = best ? choices.mostEnd : size;
  for (let rank = 0; rank < ways.size; rank++) {
    const merit = ways.merit[rank]!;
    // The ways after it are no better.
    if (following.isBeyond(merit + most)) break;
    const slot = ways.slot[rank]!;
    const open = next[slot]! <= word;
    const end = open ? tried : 0;
    const last = hypothesisNext[slot]!;
    const item = rank << CHOICE_BITS;
    let distance = distances[rank]!;
    for (let i = 0; i < end; i++) {
      const start = hypothesisStart[i]!;
      if (isMarked(used, slot * usedSize, start, hypothesisEnd[i]!)) continue;
      const added = merits[i]!;
      if ((added > 0 && added === mostMerit) === best) following.offer(merit + added - (isAdjacent(last, start) ? 0 : 1), distance, item + i);
      distance += displacement[i]!;
    }
    if (!best) following.offer(merit - (open && last >= 0 ? 1 : 0), distance, item + size);
  }
}

/** Writes the other fields of the ways that were taken in. */
function follow(ways: Beam, following: Beam, { choices, trail, word }: { choices: Choices; trail: Trail; word: number }): void {
  const { usedSize, slot: items, used, trail: trails } = following;
  const { size, match, next, hypothesisStart, hypothesisEnd } = choices;
  for (let to = 0; to < following.size; to++) {
    const item = items[to]!;
    const choice = item & CHOICE;
    const from = ways.slot[item >>> CHOICE_BITS]!;
    const wayNext = ways.next[from]!;
    const wayHypothesisNext = ways.hypothesisNext[from]!;
    items[to] = to;
    for (let i = 0; i < usedSize; i++) used[to * usedSize + i] = ways.used[from * usedSize + i]!;
    if (choice < size) {
      trails[to] = trail.add(match[choice]!, ways.trail[from]!);
      following.next[to] = next[choice]!;
      following.hypothesisNext[to] = hypothesisEnd[choice]!;
      mark(used, to * usedSize, hypothesisStart[choice]!, hypothesisEnd[choice]!);
    } else {
      trails[to] = ways.trail[from]!;
      following.next[to] = Math.max(wayNext, word + 1);
      following.hypothesisNext[to] = wayNext > word ? wayHypothesisNext : -1;
    }
  }
}
