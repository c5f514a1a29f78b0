import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

/** A line chart as SVG text; its greys read well on light and dark ground. */
export async function lineChart(lines: readonly Line[], titles: { readonly x: string; readonly y: string }): Promise<string> {
  const values = lines.flatMap(({ name, points }) => points.map(([x, y]) => ({ name, x, y })));
  const spec: TopLevelSpec = {
    width: 560,
    height: 240,
    background: 'transparent',
    data: { values },
    mark: { type: 'line', strokeWidth: 2 },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: titles.x },
      y: { field: 'y', type: 'quantitative', title: titles.y, scale: { zero: false } },
      color: { field: 'name', type: 'nominal', title: null, sort: lines.map(({ name }) => name), legend: { orient: 'top' } },
    },
    config: {
      view: { stroke: null },
      axis: { labelColor: '#888', titleColor: '#888', gridColor: '#8884', domainColor: '#888', tickColor: '#888', labelFontSize: 12, titleFontSize: 12 },
      legend: { labelColor: '#888', labelFontSize: 13 },
      range: { category: ['#2a7de1', '#e2722b', '#2ca25f', '#a24bc9'] },
    },
  };
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}
