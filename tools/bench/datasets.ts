/**
 * How fast the datasets are read.
 *
 * The published E2E and WebNLG files are read from PREFIX_TUNING_DATA if it is set; XSUM's size is reached with
 * made-up articles, a tenth of it (22,500), so that the suite takes seconds.
 */
import { datasets, loadDataset, splitNames, type Dataset } from '@prefix-tuning/datasets';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine } from './machine.js';
import type { BenchReport, BenchResult } from './suite.js';

export async function run(): Promise<BenchReport> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-datasets-'));
  try {
    return { suite: 'datasets', machine: machine(), results: [...(await publishedFiles()), ...(await manyArticles(folder))] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Reading {
  readonly seconds: number;
  /** Of this process on all cores, which another process cannot lengthen. */
  readonly processorSeconds: number;
  /** Most memory in use beyond what was in use before, in MB. */
  readonly memory: number;
  readonly pairs: number;
}

async function readAll(dataset: Dataset): Promise<Reading> {
  const [start, before, memoryBefore] = [performance.now(), process.cpuUsage(), process.memoryUsage().rss];
  let [pairs, most] = [0, memoryBefore];
  for (const name of splitNames) {
    if (dataset[name].files.length === 0) continue;
    for await (const _ of dataset[name].pairs()) if (++pairs % 1000 === 0) most = Math.max(most, process.memoryUsage().rss);
  }
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, processorSeconds: (user + system) / 1e6, memory: (most - memoryBefore) / 1e6, pairs };
}

async function publishedFiles(): Promise<BenchResult[]> {
  const root = process.env.PREFIX_TUNING_DATA;
  if (!root) return [];
  const [e2e, webnlg] = [await readAll(await loadDataset('e2e', { folder: join(root, 'e2e') })), await readAll(await loadDataset('webnlg', { folder: join(root, 'webnlg') }))];
  return [
    { name: 'all of E2E and WebNLG', value: e2e.seconds + webnlg.seconds, unit: 's' },
    { name: 'all of E2E and WebNLG, processor time', value: e2e.processorSeconds + webnlg.processorSeconds, unit: 's' },
    { name: 'E2E', value: e2e.pairs / e2e.seconds, unit: 'pairs/s' },
    { name: 'WebNLG', value: webnlg.pairs / webnlg.seconds, unit: 'pairs/s' },
  ];
}

const articles = 22_500;

/** XSUM's articles are 2.2 kB on average; the made-up ones are written several times over to be as long. */
async function manyArticles(folder: string): Promise<BenchResult[]> {
  const rows = datasets.xsum.mini!({ seed: 0, sizes: { train: 500, dev: 1, test: 1 } })['train.jsonl']!.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<'document' | 'summary', string>);
  const row = (n: number) => ({ document: `${rows[n % rows.length]!.document}\n`.repeat(6), summary: rows[n % rows.length]!.summary, id: String(30_000_000 + n) });
  const all = Array.from({ length: articles }, (_, n) => row(n));
  await writeFile(join(folder, 'train.jsonl'), all.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const lines = await measure(folder, 'train.jsonl', 'XSUM, JSON lines');
  await rm(join(folder, 'train.jsonl'));
  const columnData = (['document', 'summary', 'id'] as const).map((name) => ({ name, data: all.map((each) => each[name]), type: 'STRING' as const }));
  await writeFile(join(folder, 'train-0.parquet'), new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 1000, codec: 'SNAPPY' })));
  const bytes = all.reduce((sum, each) => sum + each.document.length + each.summary.length, 0);
  return [...lines, ...(await measure(folder, 'train-0.parquet', 'XSUM, Parquet', bytes))];
}

async function measure(folder: string, file: string, name: string, bytes?: number): Promise<BenchResult[]> {
  const size = bytes ?? (await stat(join(folder, file))).size;
  const reading = await readAll(await loadDataset('xsum', { folder }));
  return [
    { name: `${name} (${Math.round(size / 1e6)} MB)`, value: size / 1e6 / reading.seconds, unit: 'MB/s' },
    { name: `${name}, of processor time`, value: size / 1e6 / reading.processorSeconds, unit: 'MB/s' },
    { name: `${name}, memory beyond the start`, value: reading.memory, unit: 'MB' },
  ];
}
