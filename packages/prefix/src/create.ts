import type { Rng } from '@prefix-tuning/base';
import { createMatrix, type Initialisation } from './matrix.js';
import { matrixOf, type PrefixSpec } from './spec.js';
import type { ParameterValues } from './values.js';

/**
 * Makes the parameters of a new prefix.
 *
 * @throws ConfigError  if the specification is not valid
 * @see Li & Liang 2021, sections 4.2, 4.3 and 7.4
 */
export function createPrefix(spec: PrefixSpec, rng: Rng, initialisation: Initialisation = 'uniform'): ParameterValues {
  return createMatrix(matrixOf(spec), rng, initialisation);
}
