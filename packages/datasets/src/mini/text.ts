import { createRng, type Rng } from '@prefix-tuning/base';
import { restaurantDialogue, restaurantNotes, restaurantStory, restaurantTour } from './text-restaurants.js';
import { entityArticle, entityNotes, entityQuiz, entityVisit } from './text-entities.js';
import { newsReport, newsTalk, tableTalk } from './text-news.js';
import { pick } from './pick.js';
import { entityRecords, restaurantRecords, tableRecords } from './text-records.js';
import { createWorld, type World } from './world.js';

type Writer = (rng: Rng, world: World) => string;

const prose: readonly Writer[] = [restaurantStory, restaurantDialogue, restaurantNotes, restaurantTour, entityArticle, entityQuiz, entityNotes, entityVisit, newsReport, newsTalk, tableTalk];
const records: readonly Writer[] = [restaurantRecords, entityRecords, tableRecords];

/** How many of the documents are records with their text, which is where a model learns to say what a list of fields holds. */
const RECORDS = 0.5;

/**
 * Text about the whole made-up world, for pretraining a language model: a document a line.
 *
 * Half is prose, half is records (fields and values, in many notations but those of the datasets) with the sentences that
 * say them, as the web is full of. Facts about restaurants, news and rows of tables are drawn anew for each document, so
 * it tells nothing of the tables and articles of the mini files; people, places and works are the world's own.
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
    yield pick(own, own.uniform() < RECORDS ? records : prose)(own, world);
  }
}
