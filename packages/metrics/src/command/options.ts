import { ConfigError } from '@prefix-tuning/base';
import { parseOptions } from '@prefix-tuning/cli';
import type { Method } from '../significance/compare.js';
import { suites } from '../suites/table.js';
import type { SuiteName } from '../suites/suite.js';

const USAGE = `Scores systems' outputs as the paper's tables do.

  --suite NAME       ${Object.keys(suites).join(', ')}
  --refs FILE...     e2e: one file, groups of references with an empty line between them;
                     others: a file for each reference, one line an input, empty where there is none
  --hyps FILE...     a file for each system, one output a line
  --against FILE     another system's outputs: tests whether the differences are more than chance
  --method NAME      bootstrap (default) or randomization
  --samples N        resamples (default 1000) or trials (default 10000)
  --seed N           decides the draws (default 12345)
  --subsets FILE     webnlg2017: seen or unseen, one line an input
  --meteor FOLDER    METEOR 1.5's folder, for scores equal to the original's
  --json             prints everything as JSON
  --help             prints this`;

export interface ScoreCommandOptions {
  readonly suite: SuiteName;
  readonly refs: readonly string[];
  readonly hyps: readonly string[];
  readonly against?: string;
  readonly method: Method;
  readonly samples?: number;
  readonly seed: number;
  readonly subsets?: string;
  readonly meteor?: string;
  readonly json: boolean;
}

/** `--refs a b` becomes `--refs a --refs b`. */
function repeatLists(args: readonly string[]): string[] {
  let list: string | undefined;
  return args.flatMap((arg, i) => {
    if (arg.startsWith('--')) {
      list = arg === '--refs' || arg === '--hyps' ? arg : undefined;
      return [arg];
    }
    return list === undefined || args[i - 1] === list ? [arg] : [list, arg];
  });
}

/**
 * Reads the command's options.
 *
 * @throws ConfigError  that shows the usage
 */
export function readOptions(args: readonly string[]): ScoreCommandOptions {
  const text = { type: 'string' } as const;
  const values = parseOptions(
    repeatLists(args),
    {
      suite: text,
      refs: { type: 'string', multiple: true },
      hyps: { type: 'string', multiple: true },
      against: text,
      method: text,
      samples: text,
      seed: text,
      subsets: text,
      meteor: text,
      json: { type: 'boolean' },
    },
    USAGE,
  );
  const { suite = '', refs = [], hyps = [], method = 'bootstrap', against, subsets, meteor } = values;
  if (!Object.hasOwn(suites, suite)) fail(`--suite: expected one of ${Object.keys(suites).join(', ')}, got ${suite || 'nothing'}`);
  if (refs.length === 0) fail('--refs: expected at least one file, got none');
  if (hyps.length === 0) fail('--hyps: expected at least one file, got none');
  if (method !== 'bootstrap' && method !== 'randomization') fail(`--method: expected bootstrap or randomization, got ${method}`);
  return {
    suite: suite as SuiteName,
    refs,
    hyps,
    method: method as Method,
    seed: wholeNumber('--seed', values.seed ?? '12345'),
    json: values.json ?? false,
    ...(values.samples !== undefined && { samples: wholeNumber('--samples', values.samples) }),
    ...(against !== undefined && { against }),
    ...(subsets !== undefined && { subsets }),
    ...(meteor !== undefined && { meteor }),
  };
}

function wholeNumber(option: string, value: string): number {
  if (!/^\d+$/.test(value)) fail(`${option}: expected a whole number, got ${value}`);
  return Number(value);
}

function fail(message: string): never {
  throw new ConfigError(`command line: ${message}.\n\n${USAGE}`);
}
