/** Prints the inputs of the goldens as JSON, for the scripts that run the reference implementations on them. */
import { hashInputs } from './hash.js';
import { inputs } from './index.js';
import { UNLIKE } from './unlike.js';

process.stdout.write(JSON.stringify({ hash: hashInputs(), segments: inputs, unlike: UNLIKE }));
