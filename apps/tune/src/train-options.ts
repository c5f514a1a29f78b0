import { ConfigError } from '@prefix-tuning/base';
import { parseOptions } from '@prefix-tuning/cli';
import { methods, type MethodName } from '@prefix-tuning/training';
import { numberOf, required } from './options.js';

export const trainUsage = `prefix-tuning train --model MODEL --data FILE --out DIR
  --model MODEL         a model on the Hugging Face hub (openai-community/gpt2), a folder, or a shipped one (mini-gpt2-medium)
  --data FILE           pairs to learn: CSV with a header line (commas, semicolons or tabs), or JSON lines
  --out DIR             where the run lives; killed, the same command goes on there
  --dev FILE            pairs to choose the best step by; unless given a twentieth of the data, 200 at most
  --source, --target    the columns' names; source and target unless given
  --method METHOD       ${Object.keys(methods).join(', ')}; prefix unless given
  --length N            positions of a prefix; 5 unless given
  --words TEXT          a prefix starts as the model's activations on these words, which helps on little data; random unless given
  --set NAME=VALUE      another setting of the method, such as rank=8 of lora or kind=direct of prefix; as often as you like
  --epochs N, --steps N passes over the data or steps; unless given 5 passes, and at least 400 steps
  --learning-rate X     the paper's for the method unless given (of small models, larger)
  --batch-size N        10 unless given
  --max-source N        tokens of a source that are read, in writing too; all unless given
  --seed N              1 unless given
  --threads N           one for each processor unless given
  --eight-bits          rounds frozen weights to eight bits: faster, a little less exact`;

const text = { type: 'string' } as const;
const known = {
  model: text, data: text, out: text, dev: text, source: text, target: text, method: text, length: text, epochs: text, steps: text,
  'learning-rate': text, 'batch-size': text, 'max-source': text, words: text, set: { type: 'string', multiple: true }, seed: text, threads: text, 'eight-bits': { type: 'boolean' },
} as const;

/** The command line of `train`, checked and completed. */
export type TrainOptions = ReturnType<typeof readOptions>;

export function readOptions(args: string[]) {
  const given = parseOptions(args, known, trainUsage);
  const method = given.method ?? 'prefix';
  if (!Object.hasOwn(methods, method)) throw new ConfigError(`--method: expected one of ${Object.keys(methods).join(', ')}, got ${method}.`);
  if (given.epochs !== undefined && given.steps !== undefined) throw new ConfigError('--epochs, --steps: expected one of them, got both. Leave one out.');
  const model = required('model', given.model, trainUsage);
  return {
    model,
    data: required('data', given.data, trainUsage),
    out: required('out', given.out, trainUsage),
    dev: given.dev,
    columns: { source: given.source ?? 'source', target: given.target ?? 'target' },
    method: method as MethodName,
    /** The method's, but for the words to start from. */
    settings: { ...settingsOf(given.set ?? []), ...optional('length', numberOf('length', given.length, { least: 1 })) },
    words: given.words,
    epochs: numberOf('epochs', given.epochs, { least: 0, whole: false }),
    steps: numberOf('steps', given.steps, { least: 1 }),
    learningRate: numberOf('learning-rate', given['learning-rate'], { least: 0, whole: false }),
    batchSize: numberOf('batch-size', given['batch-size'], { least: 1 }) ?? 10,
    maxSource: numberOf('max-source', given['max-source'], { least: 1 }),
    seed: numberOf('seed', given.seed, { least: 0 }) ?? 1,
    threads: numberOf('threads', given.threads, { least: 1 }),
    eightBits: given['eight-bits'] ?? false,
  };
}

const optional = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });

/** `name=value` of each; a value is a number, a truth value, a list in JSON, or text. */
function settingsOf(given: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(given.map((setting) => {
    const [, name, value] = /^(\w+)=(.+)$/s.exec(setting) ?? [];
    if (name === undefined) throw new ConfigError(`--set: expected NAME=VALUE, got ${setting}.`, { details: { option: 'set', value: setting } });
    return [name, valueOf(value!)];
  }));
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
