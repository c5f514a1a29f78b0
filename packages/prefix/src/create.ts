import type { Rng } from '@prefix-tuning/base';
import { prefixParameterShapes, type PrefixSpec } from './spec.js';
import { fillValues, type ParameterValues, type Values } from './values.js';

/**
 * How a prefix starts: `uniform` in [0, 1), the paper's random initialisation; `normal`, PyTorch's for an
 * embedding; `zero`, a prefix whose keys and values are all zero. Real words: see `fitPrefix`.
 */
export type PrefixInitialisation = 'uniform' | 'normal' | 'zero';

/**
 * Makes the parameters of a new prefix.
 *
 * Direct: the keys and values themselves are drawn. Reparametrised: the small matrix is drawn, and the network as
 * PyTorch's `Linear` does, uniform within 1 / sqrt(inputs); with `zero` its last layer is zero, so that the prefix
 * is zero and still trains.
 *
 * @throws ConfigError  if the specification is not valid
 * @see Li & Liang 2021, sections 4.2, 4.3 and 7.4
 */
export function createPrefix(spec: PrefixSpec, rng: Rng, initialisation: PrefixInitialisation = 'uniform'): ParameterValues {
  const shapes = prefixParameterShapes(spec);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, initialValues(name, shape, { spec, rng: rng.fork(name), initialisation })]),
  );
}

interface Draw {
  readonly spec: PrefixSpec;
  readonly rng: Rng;
  readonly initialisation: PrefixInitialisation;
}

function initialValues(name: string, shape: readonly number[], { spec, rng, initialisation }: Draw): Values {
  const direct = spec.kind === 'direct';
  if (initialisation === 'zero' && (direct || name.startsWith('transform.2.'))) return fillValues(shape, () => 0);
  if (direct || name === 'embedding.weight') return fillValues(shape, initialisation === 'uniform' ? rng.uniform : rng.normal);
  const inputs = name.startsWith('transform.0.') ? spec.width : spec.networkWidth;
  return fillValues(shape, () => (2 * rng.uniform() - 1) / Math.sqrt(inputs));
}
