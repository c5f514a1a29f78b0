import { renderTable } from '@prefix-tuning/cli';
import { loadMeteorData } from '../meteor/load.js';
import { compareSystems, type Comparison } from '../significance/compare.js';
import { scoreSuite } from '../suites/score.js';
import type { SuiteCell, SuiteResources, SuiteResult } from '../suites/suite.js';
import { suites } from '../suites/table.js';
import { readGroups, readHypotheses, readParallel, readSubsets } from './files.js';
import { readOptions, type ScoreCommandOptions } from './options.js';

interface SystemResult {
  readonly system: string;
  readonly result: SuiteResult;
  /** By column, against the other system. */
  readonly comparisons: Readonly<Record<string, Comparison>>;
}

/**
 * The command `score`: reads files in the official scripts' layouts, scores them and gives what to print.
 *
 * @throws ConfigError, FileError, MetricInputError  for bad options, files and segments
 */
export async function scoreCommand(args: readonly string[]): Promise<string> {
  const options = readOptions(args);
  const { suite, refs, hyps } = options;
  const references = suite === 'e2e' && refs.length === 1 ? await readGroups(refs[0]!) : await readParallel(refs);
  const subsets = options.subsets === undefined ? {} : { subsets: await readSubsets(options.subsets) };
  const read = async (path: string) => ({ path, hypotheses: await readHypotheses(path, references.length) });
  const [others, inputs] = [await Promise.all([options.against ?? []].flat().map(read)), await Promise.all(hyps.map(read))];
  const resources = await loadResources(options);
  const run = (hypotheses: readonly string[]) => scoreSuite(suite, { hypotheses, references, ...subsets }, resources);
  const baseline = others[0] && (await run(others[0].hypotheses));
  const systems: SystemResult[] = [];
  for (const { path, hypotheses } of inputs) {
    const result = await run(hypotheses);
    systems.push({ system: path, result, comparisons: baseline === undefined ? {} : compareCells(baseline, result, options) });
  }
  return options.json ? toJson(systems, baseline) : toText(systems, { options, baseline });
}

/** METEOR's tables take seconds to read, so they are read only where a column needs them. */
async function loadResources({ suite, meteor }: ScoreCommandOptions): Promise<SuiteResources> {
  if (!suites[suite].columns.some(({ name }) => name.startsWith('MET'))) return {};
  return { meteor: await loadMeteorData(meteor === undefined ? {} : { folder: meteor }) };
}

function compareCells(baseline: SuiteResult, system: SuiteResult, { method, samples, seed }: ScoreCommandOptions): Record<string, Comparison> {
  const settings = { method, seed, ...(samples !== undefined && { samples }) };
  const compared = system.columns.flatMap((cell, i): [string, Comparison][] => {
    const other = baseline.columns[i]!;
    if ('missing' in cell || 'missing' in other) return [];
    return [[cell.name, compareSystems({ baseline: other.score, system: cell.score }, settings)]];
  });
  return Object.fromEntries(compared);
}

interface Shown {
  readonly options: ScoreCommandOptions;
  readonly baseline: SuiteResult | undefined;
}

function toText(systems: readonly SystemResult[], { options, baseline }: Shown): string {
  const names = suites[options.suite].columns.map(({ name }) => name);
  const row = (system: string, result: SuiteResult) => [system, ...result.columns.map((cell) => ('missing' in cell ? '-' : cell.text))];
  const rows = systems.flatMap(({ system, result, comparisons }) => {
    const scores = row(system, result);
    if (baseline === undefined) return [scores];
    return [scores, ['  p', ...names.map((name) => comparisons[name]?.pValue.toFixed(4) ?? '-')]];
  });
  if (baseline !== undefined) rows.unshift(row(options.against!, baseline));
  const first = systems[0]!.result;
  const heading = `${suites[options.suite].title}: ${first.segments} segments`;
  return [heading, '', renderTable(['system', ...names], rows), '', ...first.columns.map(describe)].join('\n');
}

function describe(cell: SuiteCell): string {
  if ('missing' in cell) return `${cell.name}: ${cell.missing}`;
  return `${cell.name}: ${cell.score.signature}${cell.note === undefined ? '' : ` (${cell.note})`}`;
}

function toJson(systems: readonly SystemResult[], baseline: SuiteResult | undefined): string {
  const columns = ({ columns }: SuiteResult) => columns.map((cell) => ('missing' in cell ? cell : plainCell(cell)));
  return JSON.stringify(
    {
      suite: systems[0]!.result.suite,
      segments: systems[0]!.result.segments,
      systems: systems.map(({ system, result, comparisons }) => ({ system, columns: columns(result), comparisons })),
      ...(baseline !== undefined && { against: columns(baseline) }),
    },
    null,
    2,
  );
}

function plainCell({ name, value, score, note }: Extract<SuiteCell, { score: unknown }>) {
  const { metric, score: raw, parts, segments, signature } = score;
  return { name, value, metric, score: raw, parts, segments, signature, ...(note !== undefined && { note }) };
}
