import { expect, test } from 'vitest';
import { drawChart } from './chart.js';
import type { ChartData } from './figure.js';

test('curves of one point each stand beside each other, not at the ends of the axis', async () => {
  const series = ['Prefix', 'Fine-tune'].map((name, i) => ({ name, points: [{ x: 50, y: 20 + i, low: 19, high: 22, runs: [20 + i] }] }));
  const chart: ChartData = { task: 'E2E', column: 'BLEU', higherIsBetter: true, x: 'examples', series };
  const xs = [...(await drawChart(chart)).matchAll(/<path aria-label="[^"]*name: [^>]*translate\(([\d.]+),/g)].map(([, x]) => Number(x));
  expect(xs.length).toBeGreaterThanOrEqual(4);
  expect(Math.max(...xs) - Math.min(...xs)).toBeGreaterThan(8);
  expect(Math.max(...xs) - Math.min(...xs)).toBeLessThan(60);
});
