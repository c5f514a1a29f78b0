/**
 * Pretrains one of the shipped models from scratch with this project's own trainer, and writes it as a Hugging Face folder.
 *
 *   node --conditions=prefix-tuning-source --import tsx tools/pretrain/main.ts --model mini-gpt2-medium --text FOLDER
 *
 * Killed, it goes on from its last checkpoint (in OUT.run).
 */
import '@tensorflow/tfjs-backend-cpu';
import { ConfigError, createRng } from '@prefix-tuning/base';
import { parseOptions, progressView, runCommand, type ProgressView } from '@prefix-tuning/cli';
import type { Runtime } from '@prefix-tuning/jit';
import { createTokenizer, families } from '@prefix-tuning/model';
import {
  batchShape, evaluator, sequenceBatches, toTensors, TrainingError, trainingProgress, trainingRuntime, trainRun, tune,
  type HostTensors, type TokenSequence, type TrainableModel,
} from '@prefix-tuning/training';
import { env } from '@tensorflow/tfjs-core';
import { readFile, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { tokenizerJson, trainBpe } from './bpe.js';
import { modelCard, type PretrainFacts } from './card.js';
import { generalText, worldText } from './corpus.js';
import { findingWeights } from './copying-heads.js';
import { holding, type HeldTuning } from './hold.js';
import { configJson, modelRecipes, specialTokens, VOCABULARY, type ModelRecipe } from './models.js';
import { objectives } from './objectives.js';
import { startWeights } from './start.js';
import { writeModel } from './write.js';

const usage = `pretrain --model ${Object.keys(modelRecipes).join('|')} [--text FOLDER] [--out DIR] [--steps N] [--threads N]`;

const SEED = 20260101;
/** Bytes of text about the made-up world, and of general English. */
const CORPUS = { world: 24e6, general: 8e6 };
/** Steps between two points of the card's curves. */
const CURVE_EVERY = 200;
/** Texts of each kind that are looked at on the way. */
const LOOK_AT = 20;

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
  const sequences = sequencesOf(documents, `pretrain ${settings.order ?? settings.name}`);

  const learner = await startModel(settings);
  const heldOut = (texts: readonly string[]) => objective.heldOut?.(texts, tokenizer) ?? sequencesOf(texts, 'held-out');
  const looked = [corpus.world, corpus.general].flatMap((part) => heldOut(part.heldOut).slice(0, LOOK_AT));
  const parameters = await learn(learner, { sequences, looked }, { settings, view });
  const perplexityOf = (texts: readonly string[]) => perplexityOn(heldOut(texts), { learner, parameters, settings });
  const perplexity = { world: await perplexityOf(corpus.world.heldOut), general: await perplexityOf(corpus.general.heldOut) };
  const corpusTokens = sequences.reduce((sum, { ids }) => sum + ids.length - 1, 0);
  const copying = await perplexityOn(objective.copying(createRng('copying')), { learner, parameters, settings });
  const machine = `${settings.threads} threads of ${cpus()[0]?.model ?? 'an unknown processor'}`;
  const card = modelCard({ ...settings, machine, ...(await historyOf(settings)), parameters: countOf(parameters), corpusTokens, perplexity: { ...perplexity, copying } });
  await writeModel(settings.out, { family: settings.family, raw: configJson(settings), vocabulary, parameters: learner.tuning.weights(parameters), card });
  await rm(runOf(settings), { recursive: true });
  console.log(JSON.stringify({ ...perplexity, copying }));
}

function vocabularyOf(documents: readonly string[], { family }: Settings): Record<string, unknown> {
  const special = specialTokens[family];
  return tokenizerJson(trainBpe(documents.join('\n'), VOCABULARY - special.before.length - special.after.length), special);
}

/** A fresh model of which everything trains, but for what GPT-2 finds the place to copy from with. */
interface Learner {
  readonly model: TrainableModel;
  readonly tuning: HeldTuning;
  readonly runtime: Runtime;
}

async function startModel(settings: Settings): Promise<Learner> {
  const family = families[settings.family];
  const config = family.parseConfig(configJson(settings), 'config.json');
  const model = { family, config, parameters: toTensors(await startWeights(settings, { out: settings.out, rng: createRng(SEED) })) };
  const all = await tune('fine-tune', model, { rng: createRng(SEED) });
  const tuning = holding(all, settings.family === 'gpt2' ? findingWeights(settings) : {});
  return { model, tuning, runtime: await trainingRuntime({ threads: settings.threads }) };
}

const batchesOf = ({ model, tuning }: Learner, sequences: readonly TokenSequence[], { family }: Settings) =>
  sequenceBatches(sequences, { objective: 'token-mean', batchSize: objectives[family].batchSize, ...batchShape(model, tuning) });

/** Trains in a folder beside the model's, which is what a killed run goes on from. */
async function learn(learner: Learner, { sequences, looked }: { sequences: readonly TokenSequence[]; looked: readonly TokenSequence[] }, { settings, view }: { settings: Settings; view: ProgressView }): Promise<HostTensors> {
  const { learningRate, steps, warmupSteps } = settings;
  // A text that is read once or twice needs no dropout; mini-bart came out better without it.
  const hyperparameters = { learningRate, steps, warmupSteps, dropout: 'none', weightDecay: 0.01, beta2: 0.98 } as const;
  const batches = batchesOf(learner, sequences, settings);
  const validation = { batches: batchesOf(learner, looked, settings), everySteps: CURVE_EVERY };
  const run = trainRun({ ...learner, folder: runOf(settings), batches, validation, hyperparameters, seed: SEED });
  const progress = trainingProgress('pretrain');
  for await (const event of run) {
    const drawn = progress(event);
    if (drawn) view.report(drawn);
    if (event.type === 'end') {
      view.finish();
      return event.parameters;
    }
  }
  throw new TrainingError('pretrain: expected the run to end with parameters, got none.');
}

const runOf = ({ out }: Settings) => `${out}.run`;

type LogLine = { readonly type: 'step'; readonly step: number; readonly loss: number; readonly tokens: number } | { readonly type: 'validation'; readonly step: number; readonly perplexity: number };

/** The smoothed loss every so many steps, what held-out texts had there, and all tokens read, from the run's log. */
async function historyOf(settings: Settings): Promise<Pick<PretrainFacts, 'curve' | 'heldOutCurve' | 'tokensSeen'>> {
  const lines = (await readFile(join(runOf(settings), 'log.jsonl'), 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as LogLine);
  const steps = lines.filter((line) => line.type === 'step');
  const heldOutCurve = lines.flatMap((line) => (line.type === 'validation' ? [[line.step, line.perplexity] as const] : []));
  let smooth = steps[0]!.loss;
  const curve = steps.flatMap(({ step, loss }) => {
    smooth += 0.02 * (loss - smooth);
    return step % CURVE_EVERY === 0 ? [[step, smooth] as const] : [];
  });
  return { curve, heldOutCurve, tokensSeen: steps.reduce((sum, { tokens }) => sum + tokens, 0) };
}

async function perplexityOn(sequences: readonly TokenSequence[], { learner, parameters, settings }: { learner: Learner; parameters: HostTensors; settings: Settings }): Promise<number> {
  const { model, tuning, runtime } = learner;
  const evaluate = evaluator(model, tuning, { batches: batchesOf(learner, sequences, settings), passes: 1, runtime });
  const { perplexity } = await evaluate(parameters);
  await evaluate.dispose();
  return perplexity;
}

const countOf = (parameters: HostTensors) => Object.values(parameters).reduce((sum, { data }) => sum + data.length, 0);

await runCommand(pretrain);
