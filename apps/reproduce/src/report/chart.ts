import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { ChartData } from './figure.js';

/** Colours are the page's own, by name, so that one drawing reads on light and on dark ground. */
const palette = ['var(--series-1)', 'var(--series-2)', 'var(--series-3)'];
const ink = 'var(--soft)';

const config = {
  view: { stroke: null },
  font: 'inherit',
  axis: {
    labelColor: ink, titleColor: ink, gridColor: 'var(--line)', domainColor: 'var(--line)', tickColor: 'var(--line)',
    labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal', labelFont: 'inherit', titleFont: 'inherit', titlePadding: 8,
  },
  legend: { symbolOpacity: 1, labelColor: 'var(--ink)', labelFontSize: 12, labelFont: 'inherit', symbolSize: 80 },
} as const;

/** Axes and legend take their room from the plot, so that all charts of a page have one scale. */
const size = { width: 350, height: 190, background: 'transparent', autosize: { type: 'fit-x', contains: 'padding' } } as const;

const xTitles = { examples: 'training examples', length: 'prefix length', words: null } as const;

/**
 * A chart as SVG text: means with their 95% intervals, and each run as a faint dot behind them.
 * Training sizes and lengths stand on a logarithmic axis, words beside each other; curves are set a little apart, so that
 * their intervals do not cover each other.
 */
export function drawChart(chart: ChartData): Promise<string> {
  if (chart.series.length === 0) return Promise.resolve('<p class="caption">No point has a value.</p>');
  const shifted = (x: number | string, i: number) => (typeof x === 'number' ? x * (1 + 0.04 * (i - (chart.series.length - 1) / 2)) : x);
  const means = chart.series.flatMap(({ name, points }, i) => points.map(({ x, y, low, high }) => ({ name, x: shifted(x, i), y, low, high })));
  const runs = chart.series.flatMap(({ name, points }, i) => points.flatMap(({ x, runs }) => runs.map((y) => ({ name, x: shifted(x, i), y }))));
  const domain = [Math.min(...means.map(({ low }) => low), ...runs.map((run) => run.y)), Math.max(...means.map(({ high }) => high), ...runs.map((run) => run.y))];
  const names = chart.series.map(({ name }) => name);
  const y = (field: string) => ({ field, type: 'quantitative', title: `${chart.column}${chart.higherIsBetter ? '' : ' (lower is better)'}`, scale: { domain, nice: true, zero: false }, axis: { tickCount: 5 } });
  const color = { field: 'name', type: 'nominal', title: null, sort: names, scale: { domain: names, range: palette }, legend: names.length > 1 ? { orient: 'top', direction: 'horizontal', offset: 4 } : null };
  const common = { x: xOf(chart), color };
  const layers = [
    { data: { values: runs }, mark: { type: 'point', filled: true, size: 14, opacity: 0.35 }, encoding: { ...common, y: y('y') } },
    { data: { values: means }, mark: { type: 'rule', opacity: 0.6, strokeWidth: 1.5 }, encoding: { ...common, y: y('low'), y2: { field: 'high' } } },
    ...(chart.x === 'words' ? [] : [{ data: { values: means }, mark: { type: 'line', strokeWidth: 2 }, encoding: { ...common, y: y('y') } }]),
    { data: { values: means }, mark: { type: 'point', filled: true, size: 55, opacity: 1 }, encoding: { ...common, y: y('y') } },
  ];
  return toSvg({ ...size, layer: layers, config } as unknown as TopLevelSpec);
}

function xOf({ x, series }: ChartData) {
  const values = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))];
  const title = xTitles[x];
  if (x === 'words') return { field: 'x', type: 'nominal', title, sort: values, axis: { labelAngle: -25, grid: false } };
  // Room on both sides: curves that have one point each must not stand at the two ends of the axis.
  const domain = [0.85 * Math.min(...(values as number[])), Math.max(...(values as number[])) / 0.85];
  return { field: 'x', type: 'quantitative', title, scale: { type: 'log', nice: false, domain }, axis: { values, grid: false, format: 'd' } };
}

/** Training curves: one line a run. */
export function drawCurves(curves: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[]): Promise<string> {
  const values = curves.flatMap(({ name, points }) => points.map(([x, y]) => ({ name, x, y })));
  const names = curves.map(({ name }) => name);
  return toSvg({
    ...size,
    data: { values },
    mark: { type: 'line', strokeWidth: 1.75 },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: 'step', axis: { grid: false, tickCount: 5 } },
      y: { field: 'y', type: 'quantitative', title: 'loss per target token', scale: { zero: false }, axis: { tickCount: 5 } },
      color: { field: 'name', type: 'nominal', title: null, sort: names, scale: { domain: names, range: [...palette, 'var(--series-4)', 'var(--series-5)'] }, legend: { orient: 'top', columns: 2, offset: 4, labelLimit: 0 } },
    },
    config,
  } as unknown as TopLevelSpec);
}

const toSvg = (spec: TopLevelSpec): Promise<string> => new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
