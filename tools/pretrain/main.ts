/**
 * Pretrains one of the shipped models from scratch with this project's own trainer, and writes it as a Hugging Face folder.
 *
 *   node --conditions=prefix-tuning-source --import tsx tools/pretrain/main.ts --model mini-gpt2-medium --text FOLDER
 *
 * Killed, it goes on from its last checkpoint (in OUT.checkpoint).
 */
import '@tensorflow/tfjs-backend-cpu';
import { ConfigError, createRng } from '@prefix-tuning/base';
import { parseOptions, progressView, runCommand, type ProgressView } from '@prefix-tuning/cli';
import { onnxRuntime, type Runtime } from '@prefix-tuning/jit';
import { createTokenizer, families } from '@prefix-tuning/model';
import {
  evaluator, initialise, loadCheckpoint, saveCheckpoint, sequenceBatches, toTensors, train, TrainingError, tune,
  type HostTensors, type TokenSequence, type TrainableModel, type TrainingState, type Tuning,
} from '@prefix-tuning/training';
import { env } from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tokenizerJson, trainBpe } from './bpe.js';
import { modelCard } from './card.js';
import { generalText, worldText } from './corpus.js';
import { configJson, modelRecipes, specialTokens, VOCABULARY, type ModelRecipe } from './models.js';
import { objectives } from './objectives.js';
import { writeModel } from './write.js';

const usage = `pretrain --model ${Object.keys(modelRecipes).join('|')} [--text FOLDER] [--out DIR] [--steps N] [--threads N]`;

const SEED = 20260101;
/** Bytes of text about the made-up world, and of general English. */
const CORPUS = { world: 24e6, general: 8e6 };
const CHECKPOINT_EVERY = 200;

interface Settings extends ModelRecipe {
  readonly name: string;
  readonly text: string;
  readonly out: string;
  readonly threads: number;
}

function readSettings(args: string[]): Settings {
  const string = { type: 'string' } as const;
  const { model: name = '', ...given } = parseOptions(args, { model: string, text: string, out: string, steps: string, threads: string }, usage);
  const recipe = modelRecipes[name];
  if (!recipe) throw new ConfigError(`--model: expected one of ${Object.keys(modelRecipes).join(', ')}, got ${name || 'nothing'}.\n\n${usage}`);
  return {
    ...recipe,
    name,
    text: given.text ?? '../shared/data/text',
    out: given.out ?? `packages/mini-models/models/${name}`,
    steps: Number(given.steps ?? recipe.steps),
    threads: Number(given.threads ?? 2),
  };
}

async function pretrain(args: string[]): Promise<void> {
  env().set('PROD', true);
  const settings = readSettings(args);
  const view = progressView();
  const corpus = { world: worldText(SEED, CORPUS.world), general: await generalText(settings.text, CORPUS.general) };
  const documents = [...corpus.world.train, ...corpus.general.train];

  view.report({ task: 'vocabulary', done: 0 });
  const vocabulary = vocabularyOf(documents, settings);
  const tokenizer = createTokenizer(vocabulary);
  view.report({ task: 'encode', done: 0 });
  const objective = objectives[settings.family];
  const sequencesOf = (texts: readonly string[], stream: string) => {
    const rng = createRng(stream);
    return objective.sequences(rng.shuffle(texts), tokenizer, rng);
  };
  const sequences = sequencesOf(documents, 'pretrain');

  const learner = await startModel(settings);
  const { state, curve, tokensSeen } = await learn(learner, sequences, { settings, view });
  const perplexityOf = (texts: readonly string[]) => heldOutPerplexity(learner, state, sequencesOf(texts, 'held-out'), settings);
  const perplexity = { world: await perplexityOf(corpus.world.heldOut), general: await perplexityOf(corpus.general.heldOut) };
  const corpusTokens = sequences.reduce((sum, { ids }) => sum + ids.length - 1, 0);
  const card = modelCard({ ...settings, parameters: countOf(state.parameters), tokensSeen, corpusTokens, perplexity, curve });
  await writeModel(settings.out, { family: settings.family, raw: configJson(settings), vocabulary, parameters: state.parameters, card });
  await rm(checkpointOf(settings));
  console.log(JSON.stringify(perplexity));
}

function vocabularyOf(documents: readonly string[], { family }: Settings): Record<string, unknown> {
  const special = specialTokens[family];
  return tokenizerJson(trainBpe(documents.join('\n'), VOCABULARY - special.before.length - special.after.length), special);
}

/** A fresh model of which everything trains. */
interface Learner {
  readonly model: TrainableModel;
  readonly tuning: Tuning;
  readonly runtime: Runtime;
}

async function startModel(settings: Settings): Promise<Learner> {
  const family = families[settings.family];
  const config = family.parseConfig(configJson(settings), 'config.json');
  const model = { family, config, parameters: toTensors(initialise({ family, config }, createRng(SEED), { deviation: settings.deviation })) };
  const tuning = await tune('fine-tune', model, { rng: createRng(SEED) });
  return { model, tuning, runtime: onnxRuntime({ session: { intraOpNumThreads: settings.threads } }) };
}

const checkpointOf = ({ out }: Settings) => `${out}.checkpoint`;

const batchesOf = ({ tuning }: Learner, sequences: readonly TokenSequence[], { family }: Settings) =>
  sequenceBatches(sequences, { objective: 'token-mean', batchSize: objectives[family].batchSize, layout: tuning.layout });

interface Learnt {
  readonly state: TrainingState;
  readonly curve: readonly (readonly [number, number])[];
  readonly tokensSeen: number;
}

async function learn(learner: Learner, sequences: readonly TokenSequence[], { settings, view }: { settings: Settings; view: ProgressView }): Promise<Learnt> {
  const checkpoint = checkpointOf(settings);
  const resume = existsSync(checkpoint) ? { resume: await loadCheckpoint(checkpoint) } : {};
  const { learningRate, steps } = settings;
  const hyperparameters = { learningRate, steps, warmupSteps: 200, weightDecay: 0.01, beta2: 0.98, dropout: 'none' as const };
  const curve: [number, number][] = [];
  let [recent, tokensSeen] = [0, 0];
  for await (const event of train({ ...learner, batches: batchesOf(learner, sequences, settings), hyperparameters, seed: SEED, ...resume })) {
    if (event.type === 'end') {
      view.finish();
      return { state: event.state, curve, tokensSeen };
    }
    if (event.type !== 'step') continue;
    recent = recent ? 0.98 * recent + 0.02 * event.loss : event.loss;
    tokensSeen += event.tokens;
    view.report({ task: 'pretrain', done: event.step, total: event.steps, unit: 'steps', note: `loss ${recent.toFixed(3)}  ${Math.round(event.tokensPerSecond)} tokens/s` });
    if (event.step % CHECKPOINT_EVERY === 0) {
      curve.push([event.step, recent]);
      await saveCheckpoint(checkpoint, event.state);
    }
  }
  throw new TrainingError('pretrain: expected the training to end with a state, got none.');
}

async function heldOutPerplexity(learner: Learner, state: TrainingState, sequences: readonly TokenSequence[], settings: Settings): Promise<number> {
  const { model, tuning, runtime } = learner;
  const evaluate = evaluator(model, tuning, { batches: batchesOf(learner, sequences, settings), runtime });
  const { perplexity } = await evaluate(state.parameters);
  await evaluate.dispose();
  return perplexity;
}

const countOf = (parameters: HostTensors) => Object.values(parameters).reduce((sum, { data }) => sum + data.length, 0);

await runCommand(pretrain);
