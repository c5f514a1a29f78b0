/**
 * Prints the inputs of the goldens as JSON, for the scripts that run the reference implementations on them; with a folder
 * of systems' outputs (NAME.jsonl, a segment a line, [output, reference, ...]) those instead.
 */
import { readOutputs } from './outputs.js';
import { hashInputs } from './hash.js';
import { inputs } from './index.js';
import { UNLIKE } from './unlike.js';

const folder = process.argv[2];
const segments = folder === undefined ? inputs : readOutputs(folder);
const unlike = folder === undefined ? UNLIKE : Object.fromEntries(Object.keys(segments).map((name) => [name, []]));
process.stdout.write(JSON.stringify({ hash: hashInputs(segments), digests: folder !== undefined, segments, unlike }));
