import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MetricInputError } from '../metric.js';
import { solveTransport, type TransportProblem } from './transport.js';

const goldens = JSON.parse(readFileSync(new URL('../../test/goldens/moverscore/transport.json', import.meta.url), 'utf8')) as (TransportProblem & {
  readonly optimum: number;
})[];

/** A problem with integer weights scaled to a common total; many ties and zeros, the hard case for a simplex method. */
const problems = fc
  .record({
    supply: fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
    demand: fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
  })
  .filter(({ supply, demand }) => sum(supply) > 0 && sum(demand) > 0)
  .chain(({ supply, demand }) =>
    fc.record({
      supply: fc.constant(supply.map((x) => x * sum(demand))),
      demand: fc.constant(demand.map((x) => x * sum(supply))),
      cost: fc.array(fc.oneof(fc.nat(3), fc.double({ min: 0, max: 4, noNaN: true })), {
        minLength: supply.length * demand.length,
        maxLength: supply.length * demand.length,
      }),
    }),
  );

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

/** Proves a plan optimal by linear-programming duality: it is feasible, the prices are, and both are worth the same. */
function expectOptimal({ supply, demand, cost }: TransportProblem) {
  const { flow, supplyPrice, demandPrice, cost: paid } = solveTransport({ supply, demand, cost });
  const tolerance = 1e-9 * Math.max(1, sum(supply));
  const m = demand.length;
  const sent = Array.from(supply, (mass, i) => Math.abs(sum(flow.slice(i * m, (i + 1) * m)) - mass));
  const received = Array.from(demand, (mass, j) => Math.abs(sum(flow.filter((_, k) => k % m === j)) - mass));
  expect(Math.max(...sent, ...received)).toBeLessThan(tolerance);
  expect(flow.reduce((low, mass) => Math.min(low, mass), 0)).toBe(0);
  const reduced = Float64Array.from(cost, (c, k) => c - supplyPrice[Math.floor(k / m)]! - demandPrice[k % m]!);
  expect(reduced.reduce((low, c) => Math.min(low, c), 0)).toBeGreaterThan(-1e-9);
  const worth = (masses: ArrayLike<number>, prices: Float64Array) => sum(prices.map((price, i) => price * masses[i]!));
  expect(Math.abs(paid - worth(supply, supplyPrice) - worth(demand, demandPrice))).toBeLessThan(10 * tolerance);
}

test('equals linear programming (scipy linprog) and POT on random problems', () => {
  expect(goldens.length).toBeGreaterThanOrEqual(40);
  for (const problem of goldens) {
    expect(Math.abs(solveTransport(problem).cost - problem.optimum)).toBeLessThan(1e-8);
    expectOptimal(problem);
  }
});

test('is optimal by duality, ties and empty masses included', () => {
  fc.assert(fc.property(problems, expectOptimal), { numRuns: 300 });
});

test('costs nothing from a histogram to itself under a metric', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(20)), { minLength: 1, maxLength: 10 }), (points) => {
      const masses = points.map(([mass]) => mass);
      const cost = points.flatMap(([, a]) => points.map(([, b]) => Math.abs(a - b)));
      expect(solveTransport({ supply: masses, demand: masses, cost }).cost).toBe(0);
    }),
  );
});

test('ends on 200 x 200 equal masses, where every step ties', () => {
  const n = 200;
  const cost = Float64Array.from({ length: n * n }, (_, k) => (Math.floor(k / n) * 7 + (k % n) * 13) % 10);
  const ones = new Float64Array(n).fill(1 / n);
  expectOptimal({ supply: ones, demand: ones, cost });
});

test('names what is wrong with a problem', () => {
  const solve = (problem: TransportProblem) => () => solveTransport(problem);
  expect(solve({ supply: [1], demand: [1], cost: [1, 2] })).toThrow('expected 1 x 1 = 1 costs, got 2');
  expect(solve({ supply: [1], demand: [2], cost: [0] })).toThrow('equal totals');
  expect(solve({ supply: [-1], demand: [-1], cost: [0] })).toThrow('finite masses of at least 0, got -1 at 0');
  expect(solve({ supply: [1], demand: [1], cost: [NaN] })).toThrow(MetricInputError);
  expect(solveTransport({ supply: [0], demand: [0, 0], cost: [1, 2] }).cost).toBe(0);
});
