import { ConfigError } from '@prefix-tuning/base';
import { parseOptions } from '@prefix-tuning/cli';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Selection } from './plan/plan.js';
import type { SpecOptions } from './plan/run.js';
import { profiles, type Profile, type ProfileName } from './recipe/profile.js';
import { withSettings } from './recipe/settings.js';
import { ownTask, tasks, type Task } from './recipe/tasks.js';
import { findDefinition } from './sources/definition.js';

export const usage = `reproduce [options]

  What
  --profile mini|paper   shipped models and data (minutes, offline), or the paper's own settings; mini unless given
  --only NAMES           tables and figures, such as table1,figure3; all unless given
  --dataset NAMES        e2e, webnlg, dart, xsum, news-to-sports, within-news
  --method NAMES         methods or rows, such as prefix,fine-tune or prefix-0.1%
  --run IDS              single runs, as the report names them
  --seeds NUMBERS        training seeds, such as 1,2,3
  --dataset-module FILE  a dataset of your own (defineDataset), with a table and report of its own; needs --data

  With what
  --model ROLE=NAME      the model for gpt2-medium, gpt2-large or bart-large: a folder, or one on the Hugging Face hub, such as
                         openai-community/gpt2-medium or ID@REVISION; NAME alone plays its family's first role
  --data NAME=DIR        a dataset's files; DIR alone holds the one dataset, or a folder for each
  --set PATH=VALUE       any setting of the profile, such as lowData/subsets=5 or tuned/prefix-0.1%/e2e/learningRate=1e-3
  --max-steps N          at most so many training steps a run
  --meteor DIR           METEOR 1.5's files; without them its score lacks the paraphrase matches, and says so
  --encoder DIR          an encoder for BERTScore and MoverScore (tools/onnx/export_encoder.py)
  --mover-encoder DIR    another one for MoverScore; DART's script takes the last layer of DistilBERT
  --bleurt DIR           a BLEURT checkpoint (tools/onnx/export_bleurt.py)

  How
  --out DIR              where runs and report go; reproduction unless given
  --jobs N               worker processes; unless given one for each processor, for the paper profile one
  --fresh                runs again what is there already
  --list                 prints every cell and setting, and ends
  --dry-run              prints the plan with sizes, steps and estimated hours, and ends
  --help                 prints this`;

/** The command line, checked and completed. */
export interface Options extends SpecOptions {
  readonly profileName: ProfileName;
  readonly selection: Selection;
  readonly models: readonly string[];
  readonly data: readonly string[];
  readonly out: string;
  readonly jobs: number;
  readonly threads: number;
  readonly fresh: boolean;
  readonly list: boolean;
  readonly dryRun: boolean;
  readonly scorers: { readonly meteor?: string; readonly encoder?: string; readonly moverEncoder?: string; readonly bleurt?: string };
  /** The arguments that decide what runs are and how they are scored, for the commands that remake single ones. */
  readonly deciding: readonly string[];
}

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const described = {
  profile: text, only: text, dataset: text, method: text, run: text, seeds: text, 'dataset-module': text,
  model: texts, data: texts, set: texts, 'max-steps': text, meteor: text, encoder: text, 'mover-encoder': text, bleurt: text,
  out: text, jobs: text, fresh: flag, list: flag, 'dry-run': flag,
} as const;
type Given = ReturnType<typeof parseOptions<typeof described>>;

/** @throws ConfigError  that shows the usage, if an option is unknown or out of range */
export async function readOptions(args: string[]): Promise<Options> {
  const given = parseOptions(args, described, usage);
  const { 'dataset-module': module, profile: profileName = 'mini', model = [], data = [], meteor, encoder, 'mover-encoder': moverEncoder, bleurt } = given;
  if (!Object.hasOwn(profiles, profileName)) throw new ConfigError(`--profile: expected ${Object.keys(profiles).join(' or ')}, got ${profileName}.`);
  if (module !== undefined && data.length === 0) throw new ConfigError('--dataset-module: expected --data with the folder of its files, got none.');
  const profile: Profile = withSettings(profiles[profileName as ProfileName], given.set ?? []);
  const processors = availableParallelism();
  const jobs = wholeNumbers(given, 'jobs', 1)?.[0] ?? (profileName === 'mini' ? processors : 1);
  return {
    profileName: profileName as ProfileName,
    profile,
    tasks: module === undefined ? tasks : { own: await ownTaskOf(module) },
    seeds: wholeNumbers(given, 'seeds', 0),
    maxSteps: wholeNumbers(given, 'max-steps', 1)?.[0],
    selection: selectionOf(given),
    models: model,
    data,
    out: resolve(given.out ?? 'reproduction'),
    jobs,
    threads: Math.max(1, Math.floor(processors / jobs)),
    fresh: given.fresh ?? false,
    list: given.list ?? false,
    dryRun: given['dry-run'] ?? false,
    scorers: { ...(meteor ? { meteor } : {}), ...(encoder ? { encoder } : {}), ...(moverEncoder ? { moverEncoder } : {}), ...(bleurt ? { bleurt } : {}) },
    deciding: ['profile', 'dataset-module', 'model', 'data', 'set', 'max-steps', 'meteor', 'encoder', 'mover-encoder', 'bleurt', 'out'].flatMap((name) => [given[name as 'profile'] ?? []].flat().flatMap((value) => [`--${name}`, value])),
  };
}

async function ownTaskOf(module: string): Promise<Task> {
  const path = resolve(module);
  return ownTask(path, await findDefinition(path));
}

function selectionOf(given: Given): Selection {
  const names = (name: 'only' | 'dataset' | 'method' | 'run') => (given[name] === undefined ? {} : { [name]: given[name].split(',') });
  return { ...names('only'), ...names('dataset'), ...names('method'), ...names('run') };
}

function wholeNumbers(given: Given, name: 'jobs' | 'seeds' | 'max-steps', least: number): number[] | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  const numbers = value.split(',').map((part) => (/^\d+$/.test(part) ? Number(part) : NaN));
  if (numbers.every((number) => number >= least && Number.isSafeInteger(number)) && (name === 'seeds' || numbers.length === 1)) return [...new Set(numbers)];
  throw new ConfigError(`--${name}: expected ${name === 'seeds' ? 'whole numbers with commas between' : 'a whole number'} of at least ${least}, got ${value}.\n\n${usage}`);
}
