/**
 * One first run of METEOR, as a program of its own: nothing is compiled or warm from other metrics.
 *
 *     node ... metrics-meteor.ts SEGMENTS.json '{"folder": ..., "paraphraseFile": ...}'
 *
 * Prints the seconds that it took to load the data and to score, and the stages that it had data for.
 */
import { loadMeteorData, meteor, type LoadMeteorOptions, type Segments } from '@prefix-tuning/metrics';
import { readFileSync } from 'node:fs';
import { clock, since } from './clock.js';

const [file, options] = process.argv.slice(2) as [string, string];
const segments = JSON.parse(readFileSync(file, 'utf8')) as Segments;
const beforeLoad = clock();
const data = await loadMeteorData(JSON.parse(options) as LoadMeteorOptions);
const load = since(beforeLoad);
const beforeScore = clock();
const { parts } = meteor({ ...segments, data });
process.stdout.write(JSON.stringify({ load, score: since(beforeScore), stages: parts.stages }));
