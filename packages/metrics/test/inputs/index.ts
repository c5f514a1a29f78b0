import { createRng, type Rng } from '@prefix-tuning/base';
import type { Segments } from '../../src/metric.js';
import { hostileSegments } from './hostile.js';
import { disturb } from './noise.js';
import { writers, type Writer } from './styles.js';

/** How many references the segments of each style have, at least and at most; up to `slots` with empty ones at the end. */
const REFERENCES = {
  e2e: { least: 1, most: 8, slots: 0 },
  webnlg: { least: 1, most: 3, slots: 3 },
  dart: { least: 1, most: 3, slots: 3 },
  xsum: { least: 1, most: 1, slots: 0 },
};

const SEGMENTS = 500;

function write(writer: Writer, rng: Rng, { least, most, slots }: { least: number; most: number; slots: number }) {
  const wording = writer(rng);
  const count = least + rng.integer(most - least + 1);
  const references = Array.from({ length: count }, () => disturb(wording(rng), rng, rng.integer(3)));
  while (references.length < slots) references.push('');
  return { hypothesis: disturb(wording(rng), rng, rng.integer(7)), references };
}

/** 500 made-up system outputs with references in the style of one of the datasets: always the same. */
function written(style: keyof typeof writers): Segments {
  const rng = createRng('metric goldens').fork(style);
  const segments = Array.from({ length: SEGMENTS }, () => write(writers[style], rng, REFERENCES[style]));
  return { hypotheses: segments.map(({ hypothesis }) => hypothesis), references: segments.map(({ references }) => references) };
}

/** Everything that the goldens were computed from, by name. */
export const inputs: Readonly<Record<'e2e' | 'webnlg' | 'dart' | 'xsum' | 'hostile', Segments>> = {
  e2e: written('e2e'),
  webnlg: written('webnlg'),
  dart: written('dart'),
  xsum: written('xsum'),
  hostile: hostileSegments(),
};
