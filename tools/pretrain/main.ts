/**
 * Pretrains one of the shipped models from scratch with this project's own trainer, and writes it as a Hugging Face folder.
 *
 *   node --conditions=prefix-tuning-source --import tsx tools/pretrain/main.ts --model mini-gpt2-medium --text FOLDER
 *
 * Killed, it goes on from its last checkpoint (in OUT.checkpoint).
 */
import '@tensorflow/tfjs-backend-cpu';
import { ConfigError, createRng } from '@prefix-tuning/base';
import { parseOptions, progressView, runCommand } from '@prefix-tuning/cli';
import { onnxRuntime } from '@prefix-tuning/jit';
import { createTokenizer, families } from '@prefix-tuning/model';
import { evaluator, initialise, loadCheckpoint, saveCheckpoint, sequenceBatches, toTensors, train, tune, type TrainingState } from '@prefix-tuning/training';
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
  const world = worldText(SEED, CORPUS.world);
  const general = await generalText(settings.text, CORPUS.general);
  const documents = [...world.train, ...general.train];

  view.report({ task: 'vocabulary', done: 0 });
  const special = specialTokens[settings.family];
  const vocabulary = tokenizerJson(trainBpe(documents.join('\n'), VOCABULARY - special.before.length - special.after.length), special);
  const tokenizer = createTokenizer(vocabulary);
  view.report({ task: 'encode', done: 0 });

  const raw = configJson(settings);
  const family = families[settings.family];
  const config = family.parseConfig(raw, 'config.json');
  const start = initialise({ family, config }, createRng(SEED));
  const model = { family, config, parameters: toTensors(start) };
  const tuning = await tune('fine-tune', model, { rng: createRng(SEED) });
  const runtime = onnxRuntime({ session: { intraOpNumThreads: settings.threads } });

  const objective = objectives[settings.family];
  const batchesOf = (texts: readonly string[], stream: string) => {
    const rng = createRng(stream);
    const sequences = objective.sequences(rng.shuffle(texts), tokenizer, rng);
    return { sequences, batches: sequenceBatches(sequences, { objective: 'token-mean', batchSize: objective.batchSize, layout: tuning.layout }) };
  };
  const { sequences, batches } = batchesOf(documents, 'pretrain');

  const checkpoint = `${settings.out}.checkpoint`;
  const resume = existsSync(checkpoint) ? { resume: await loadCheckpoint(checkpoint) } : {};
  const { learningRate, steps } = settings;
  const hyperparameters = { learningRate, steps, warmupSteps: 200, weightDecay: 0.01, beta2: 0.98 };
  const curve: [number, number][] = [];
  let final: TrainingState | undefined;
  let [recent, tokensSeen] = [0, 0];
  for await (const event of train({ model, tuning, batches, hyperparameters, seed: SEED, runtime, ...resume })) {
    if (event.type === 'end') final = event.state;
    if (event.type !== 'step') continue;
    recent = recent ? 0.98 * recent + 0.02 * event.loss : event.loss;
    tokensSeen += event.tokens;
    view.report({ task: 'pretrain', done: event.step, total: event.steps, unit: 'steps', note: `loss ${recent.toFixed(3)}  ${Math.round(event.tokensPerSecond)} tokens/s` });
    if (event.step % CHECKPOINT_EVERY === 0) {
      curve.push([event.step, recent]);
      await saveCheckpoint(checkpoint, event.state);
    }
  }
  view.finish();

  const perplexityOf = async (texts: readonly string[]) => {
    const evaluate = evaluator(model, tuning, { batches: batchesOf(texts, 'held-out').batches, runtime });
    const { perplexity } = await evaluate(final!.parameters);
    await evaluate.dispose();
    return perplexity;
  };
  const facts = {
    ...settings,
    parameters: Object.values(start).reduce((sum, { data }) => sum + data.length, 0),
    tokensSeen,
    corpusTokens: sequences.reduce((sum, { ids }) => sum + ids.length - 1, 0),
    perplexity: { world: await perplexityOf(world.heldOut), general: await perplexityOf(general.heldOut) },
    curve,
  };
  await writeModel(settings.out, { family: settings.family, raw, vocabulary, parameters: final!.parameters, card: modelCard(facts) });
  await rm(checkpoint);
  console.log(JSON.stringify(facts.perplexity));
}

await runCommand(pretrain);
