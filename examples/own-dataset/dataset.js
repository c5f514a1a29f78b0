import { colon, defineDataset, linearisation, readCsv } from '@prefix-tuning/datasets';

const columns = ['name', 'colour', 'screen', 'battery'];

/** Phones and what is said of them: one CSV file a split, one row an example. */
export default defineDataset({
  name: 'phones',
  title: 'Phones',
  citation: { paper: 'Made up for this example', url: 'https://example.org/phones', licence: 'Apache-2.0' },
  metrics: ['bleu', 'rouge-l'],
  options: {},
  splits: { train: ['train.csv'], dev: ['dev.csv'], test: ['test.csv'] },
  async *read(file, { split }) {
    for await (const { cells, line } of readCsv(file, { columns: [...columns, 'text'] })) {
      yield { id: `${split}-${line}`, table: columns.map((column) => ({ column, value: cells[column] })), targets: [cells.text] };
    }
  },
  linearise: linearisation({ cell: ({ column, value }) => colon(column, value), start: '', separator: ' | ' }),
  fields: () => columns,
});
