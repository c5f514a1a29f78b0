import type { Case } from './case.js';
import { convolutions } from './convolutions.js';
import { counting } from './counting.js';
import { elementwise } from './elementwise.js';
import { images } from './images.js';
import { indexing } from './indexing.js';
import { pooling } from './pooling.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import { shapes } from './shapes.js';

/** All cases, grouped as the rules are. */
export const groups: Readonly<Record<string, readonly Case[]>> = {
  elementwise,
  reductions,
  shapes,
  indexing,
  products,
  convolutions,
  pooling,
  images,
  counting,
};

export const gradientInputs = ({ gradients, inputs }: Case): readonly number[] =>
  gradients ?? inputs.flatMap((input, i) => (input.dtype === 'float32' ? [i] : []));
