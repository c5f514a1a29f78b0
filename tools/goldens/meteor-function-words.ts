/**
 * Prints the words that make up more than a thousandth of some English texts, as METEOR's authors define function words:
 *
 *     npx tsx --conditions=prefix-tuning-source tools/goldens/meteor-function-words.ts TEXT.gz... > words
 *
 * The list in packages/metrics/src/meteor/words.ts is what this gives for OneStopEnglish (CC BY-SA 4.0), MASC's written
 * part, and US presidential speeches (public domain), one text a paragraph or sentence a line.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { BUILT_IN_METEOR_DATA, normalizeMeteor } from '@prefix-tuning/metrics';

const counts = new Map<string, number>();
let total = 0;
for (const file of process.argv.slice(2)) {
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
    for (const word of normalizeMeteor(line, BUILT_IN_METEOR_DATA.nonbreaking)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
      total++;
    }
  }
}
const frequent = [...counts].filter(([, count]) => count > total / 1000).sort(([, a], [, b]) => b - a);
process.stdout.write(frequent.map(([word]) => `${word}\n`).join(''));
