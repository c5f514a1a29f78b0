import { createRng, type Rng } from '@prefix-tuning/base';
import { restaurantDialogue, restaurantNotes, restaurantStory, restaurantTour } from './text-restaurants.js';
import { entityArticle, entityNotes, entityQuiz, entityVisit } from './text-entities.js';
import { newsReport, newsTalk, tableTalk } from './text-news.js';
import { pick } from './pick.js';
import { createWorld, type World } from './world.js';

type Writer = (rng: Rng, world: World) => string;

/** Kinds of prose; each is as likely as the others. */
const writers: readonly Writer[] = [restaurantStory, restaurantDialogue, restaurantNotes, restaurantTour, entityArticle, entityQuiz, entityNotes, entityVisit, newsReport, newsTalk, tableTalk];

/**
 * Plain prose about the whole made-up world, for pretraining a language model: a document a line.
 *
 * No document is a table with its text. Facts about restaurants, news and rows of tables are drawn anew for each
 * document, so it tells nothing of the tables and articles of the mini files; people, places and works are the world's own.
 *
 * @param options.bytes  the text ends with the document that reaches this length (UTF-8)
 */
export function miniText({ seed, bytes }: { readonly seed: number | string; readonly bytes: number }): string {
  const documents: string[] = [];
  let length = 0;
  for (const document of miniDocuments(seed)) {
    documents.push(`${document}\n`);
    length += Buffer.byteLength(document) + 1;
    if (length >= bytes) break;
  }
  return documents.join('');
}

/** The documents of {@link miniText}, one after another without end. */
export function* miniDocuments(seed: number | string): Generator<string> {
  const world = createWorld(seed);
  const rng = createRng(seed).fork('text');
  for (let number = 0; ; number++) {
    const own = rng.fork(`document ${number}`);
    yield pick(own, writers)(own, world);
  }
}
