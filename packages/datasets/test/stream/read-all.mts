/** Reads XSUM's training split in the folder given; prints the number of examples. Started by stream.test.ts with little memory. */
import { loadDataset } from '../../src/index.js';

let examples = 0;
for await (const { targets } of (await loadDataset('xsum', { folder: process.argv[2]! })).train) examples += targets.length;
process.stdout.write(String(examples));
