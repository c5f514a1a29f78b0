import { ConfigError } from '@prefix-tuning/base';
import { parseOptions, progressView } from '@prefix-tuning/cli';
import type { DatasetDefinition, DatasetOptions } from './define.js';
import { fetchDataset } from './download.js';
import { loadDataset } from './load.js';
import { datasets } from './registry.js';
import { renderStatistics } from './report.js';
import { resolveDataset } from './resolve.js';
import { datasetStatistics } from './statistics.js';
import { miniSizes, writeMiniData } from './mini/write.js';

const usage = `usage: prefix-tuning-datasets --dataset NAME --data DIR [--json]

  --dataset NAME   ${Object.keys(datasets).join(', ')}, or the path of a module that exports a dataset
  --data DIR       folder with the dataset's files, at any depth
  --options JSON   the dataset's own options, such as '{"topics":"within-news"}'
  --json           statistics as JSON instead of a table
  --fetch          fetch the files from the publisher into the cache folder, instead of --data
  --cache DIR      that folder
  --write-mini DIR write the dataset's mini files there, and nothing else
  --seed N         seed of the mini files (0)`;

const options = {
  dataset: { type: 'string' },
  data: { type: 'string' },
  options: { type: 'string' },
  json: { type: 'boolean' },
  fetch: { type: 'boolean' },
  cache: { type: 'string' },
  'write-mini': { type: 'string' },
  seed: { type: 'string' },
} as const;

/**
 * The command line: statistics of a dataset as a table or JSON, or its mini files.
 *
 * @param write  takes what is printed; progress and the licence go to standard error
 */
export async function datasetsCommand(args: string[], write: (text: string) => void): Promise<void> {
  const values = parseOptions(args, options, usage);
  if (values.dataset === undefined) throw new ConfigError(`--dataset: expected a dataset's name, got none.\n\n${usage}`);
  const definition = await resolveDataset(values.dataset);
  if (values['write-mini'] !== undefined) {
    const files = await writeMiniData(definition, { folder: values['write-mini'], seed: seedOf(values.seed ?? '0'), sizes: miniSizes });
    return write(`${files.join('\n')}\n`);
  }
  const folder = values.fetch ? await fetchWithProgress(definition, values.cache) : values.data;
  if (folder === undefined) throw new ConfigError(`--data: expected a folder with the files of ${definition.name}, or --fetch, got neither.\n\n${usage}`);
  const statistics = await datasetStatistics(await loadDataset(definition, { folder, options: parseJson(values.options) }));
  write(values.json ? `${JSON.stringify(statistics, null, 2)}\n` : `${renderStatistics(statistics)}\n`);
}

async function fetchWithProgress(definition: DatasetDefinition<unknown, DatasetOptions>, cache: string | undefined): Promise<string> {
  const view = progressView();
  const onLicence = (text: string) => void process.stderr.write(`${text}\n`);
  try {
    return await fetchDataset(definition, { ...(cache === undefined ? {} : { cache }), onProgress: view.report, onLicence });
  } finally {
    view.finish();
  }
}

function seedOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new ConfigError(`--seed: expected a whole number, got ${text}.`);
}

function parseJson(text: string | undefined): Partial<DatasetOptions> {
  try {
    return text === undefined ? {} : (JSON.parse(text) as Partial<DatasetOptions>);
  } catch (error) {
    throw new ConfigError(`--options: expected JSON, got ${text}: ${(error as Error).message}.`, { cause: error });
  }
}
