import { sizeOf } from '../values.js';
import { elementTypes, type Graph } from './graph.js';

/** Operators that give their input's memory another shape. */
const VIEWS: readonly string[] = ['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity'];

/**
 * Bytes of intermediate results that exist at once at the worst moment, if operators run in order and each result goes
 * with its last reader. Inputs and constants do not count, outputs do.
 */
export function peakBytes({ nodes, outputs }: Graph): number {
  /** What each value is memory of; nothing for inputs and constants. */
  const owners = new Map<number, number>();
  const last = new Map<number, number>();
  nodes.forEach(({ op, inputs, outputs }, i) => {
    for (const { id } of inputs) if (owners.has(id)) last.set(owners.get(id)!, i);
    const [viewed] = VIEWS.includes(op) ? inputs : [];
    for (const { id } of outputs) {
      const owner = viewed ? owners.get(viewed.id) : id;
      if (owner === undefined) continue;
      owners.set(id, owner);
      if (owner === id) last.set(id, i);
    }
  });
  for (const { id } of outputs) if (owners.has(id)) last.set(owners.get(id)!, nodes.length);
  const ending = nodes.map((): number[] => []);
  for (const [id, i] of last) ending[i]?.push(id);
  const bytes = new Map<number, number>();
  let [now, most] = [0, 0];
  nodes.forEach(({ outputs }, i) => {
    for (const { id, dtype, shape } of outputs) {
      if (owners.get(id) !== id) continue;
      bytes.set(id, elementTypes[dtype].bytes * sizeOf(shape));
      now += bytes.get(id)!;
    }
    most = Math.max(most, now);
    for (const id of ending[i]!) now -= bytes.get(id)!;
  });
  return most;
}
