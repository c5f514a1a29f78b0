import paper from './paper.json' with { type: 'json' };

/** The published rows of Table 1 by name; every number of the paper is in `paper.json`. */
export type PaperRow = (typeof paper.table1.rows)[number];

/**
 * A row of Table 1 for one dataset: the published number under each column's name.
 *
 * @param options.method  as the paper's row is named in `paper.json`, such as `prefix-0.1%`
 */
export function paperScores({ model, method }: { model: string; method: string }): Readonly<Record<string, number>> {
  const row = paper.table1.rows.find((each) => each.model === model && each.method === method);
  if (!row) throw new RangeError(`paper.json: no row for ${model}, ${method}`);
  return Object.fromEntries(paper.table1.columns.e2e.map((column, i) => [column, row.e2e[i]!]));
}

export const paperSource: string = paper.source;
