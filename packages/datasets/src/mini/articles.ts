import type { Rng } from '@prefix-tuning/base';
import type { News } from './news.js';
import { council, discovery, election, exhibition, fire, health, jobs, results, school, storm, technology } from './news-events.js';
import { athletics, footballMatch, injury, managerLeaves, transfer } from './news-sport.js';
import { between, pick } from './pick.js';

type Kind = (rng: Rng) => News;

const sport: readonly Kind[] = [footballMatch, footballMatch, transfer, managerLeaves, athletics, injury];
const news: readonly Kind[] = [fire, council, election, storm, results, jobs, health, school, technology, exhibition, discovery];

/** A finished article. */
export interface Article {
  readonly path: string;
  readonly paragraphs: readonly string[];
  readonly summary: string;
}

/** Writes an article about something that happened in the made-up world: two of five are about sport. */
export function inventArticle(rng: Rng): Article {
  const { path, story, background, summaries } = pick(rng, rng.uniform() < 0.4 ? sport : news)(rng);
  const extra = rng.sample(background, between(rng, 1, background.length));
  return { path, paragraphs: [...story, ...extra], summary: pick(rng, summaries) };
}
