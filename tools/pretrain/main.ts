/**
 * Pretrains a small GPT-2 from scratch with this project's own trainer, and writes it as a Hugging Face folder.
 *
 *   node --conditions=prefix-tuning-source --import tsx tools/pretrain/main.ts --model mini-gpt2-medium --text FOLDER
 *
 * Killed, it goes on from its last checkpoint (in OUT.checkpoint).
 */
import '@tensorflow/tfjs-backend-cpu';
import { ConfigError, createRng } from '@prefix-tuning/base';
import { parseOptions, progressView, runCommand } from '@prefix-tuning/cli';
import { onnxRuntime } from '@prefix-tuning/jit';
import { createTokenizer, families, type Tokenizer } from '@prefix-tuning/model';
import { writeFileAtomically, writeSafetensors } from '@prefix-tuning/safetensors';
import {
  evaluator, initialise, loadCheckpoint, saveCheckpoint, sequenceBatches, tokenBlocks, toTensors, train, tune,
  type BatchSource, type HostTensors, type TrainingState,
} from '@prefix-tuning/training';
import { env } from '@tensorflow/tfjs-core';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tokenizerJson, trainBpe } from './bpe.js';
import { modelCard, type PretrainFacts } from './card.js';
import { generalText, worldText, type Corpus } from './corpus.js';

const usage = 'pretrain --model NAME [--text FOLDER] [--out DIR] [--steps N] [--threads N]';

const SEED = 20260101;
/** Tokens a model reads at once, and its number of positions. */
const BLOCK = 384;
const BATCH = 6;
const VOCABULARY = 4096;
const CHECKPOINT_EVERY = 200;

interface Size {
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly steps: number;
  readonly learningRate: number;
}

/** The models that are shipped. */
const sizes: Readonly<Record<string, Size>> = {
  'mini-gpt2-medium': { layers: 4, width: 192, heads: 6, steps: 4000, learningRate: 2e-3 },
  'mini-gpt2-large': { layers: 6, width: 240, heads: 6, steps: 3200, learningRate: 1.5e-3 },
};

interface Settings extends Size {
  readonly name: string;
  readonly text: string;
  readonly out: string;
  readonly threads: number;
}

function readSettings(args: string[]): Settings {
  const string = { type: 'string' } as const;
  const { model: name = '', ...given } = parseOptions(args, { model: string, text: string, out: string, steps: string, threads: string }, usage);
  const size = sizes[name];
  if (!size) throw new ConfigError(`--model: expected one of ${Object.keys(sizes).join(', ')}, got ${name || 'nothing'}.\n\n${usage}`);
  return {
    ...size,
    name,
    text: given.text ?? '../shared/data/text',
    out: given.out ?? `packages/mini-models/models/${name}`,
    steps: Number(given.steps ?? size.steps),
    threads: Number(given.threads ?? 2),
  };
}

const configJson = ({ layers, width, heads }: Settings) => ({
  architectures: ['GPT2LMHeadModel'],
  model_type: 'gpt2',
  n_layer: layers,
  n_embd: width,
  n_head: heads,
  n_positions: BLOCK,
  vocab_size: VOCABULARY,
  activation_function: 'gelu_new',
  layer_norm_epsilon: 1e-5,
  bos_token_id: VOCABULARY - 1,
  eos_token_id: VOCABULARY - 1,
  torch_dtype: 'float16',
});

/** Every document followed by the end token, in an order of its own, cut into blocks. */
function blocksOf(documents: readonly string[], tokenizer: Tokenizer, shuffleSeed: string): BatchSource & { readonly tokens: number } {
  const end = tokenizer.idOf('<|endoftext|>')!;
  const ids = createRng(shuffleSeed).shuffle(documents).flatMap((text) => [...tokenizer.encode(text), end]);
  return { ...sequenceBatches(tokenBlocks(ids, BLOCK), { objective: 'token-mean', batchSize: BATCH }), tokens: ids.length };
}

async function pretrain(args: string[]): Promise<void> {
  env().set('PROD', true);
  const settings = readSettings(args);
  const view = progressView();
  const world = worldText(SEED, 24e6);
  const general = await generalText(settings.text, 8e6);
  const documents = [...world.train, ...general.train];

  view.report({ task: 'vocabulary', done: 0 });
  const vocabulary = tokenizerJson(trainBpe(documents.join('\n'), VOCABULARY - 1));
  const tokenizer = createTokenizer(vocabulary);
  view.report({ task: 'encode', done: 0 });
  const batches = blocksOf(documents, tokenizer, 'pretrain');

  const raw = configJson(settings);
  const family = families.gpt2;
  const config = family.parseConfig(raw, 'config.json');
  const start = initialise({ family, config }, createRng(SEED));
  const model = { family, config, parameters: toTensors(start) };
  const tuning = await tune('fine-tune', model, { rng: createRng(SEED) });
  const runtime = onnxRuntime({ session: { intraOpNumThreads: settings.threads } });

  const checkpoint = `${settings.out}.checkpoint`;
  const resume = existsSync(checkpoint) ? { resume: await loadCheckpoint(checkpoint) } : {};
  const hyperparameters = { learningRate: settings.learningRate, steps: settings.steps, warmupSteps: 200, weightDecay: 0.01, beta2: 0.98 };
  const curve: [number, number][] = [];
  let final: TrainingState | undefined;
  let recent = 0;
  for await (const event of train({ model, tuning, batches, hyperparameters, seed: SEED, runtime, ...resume })) {
    if (event.type === 'end') final = event.state;
    if (event.type !== 'step') continue;
    recent = recent ? 0.98 * recent + 0.02 * event.loss : event.loss;
    view.report({ task: 'pretrain', done: event.step, total: event.steps, unit: 'steps', note: `loss ${recent.toFixed(3)}  ${Math.round(event.tokensPerSecond)} tokens/s` });
    if (event.step % CHECKPOINT_EVERY === 0) {
      curve.push([event.step, recent]);
      await saveCheckpoint(checkpoint, event.state);
    }
  }
  view.finish();

  const perplexityOf = async (corpus: Corpus) => {
    const evaluate = evaluator(model, tuning, { batches: blocksOf(corpus.heldOut, tokenizer, 'held-out'), runtime });
    const { perplexity } = await evaluate(final!.parameters);
    await evaluate.dispose();
    return perplexity;
  };
  const facts: PretrainFacts = {
    ...settings,
    vocabulary: VOCABULARY,
    parameters: Object.values(start).reduce((sum, { data }) => sum + data.length, 0),
    tokensSeen: settings.steps * BATCH * BLOCK,
    corpusTokens: batches.tokens,
    perplexity: { world: await perplexityOf(world), general: await perplexityOf(general) },
    curve,
  };
  await writeModel(settings.out, { raw, vocabulary, parameters: final!.parameters, card: modelCard(facts) });
  await rm(checkpoint);
  console.log(JSON.stringify(facts.perplexity));
}

interface ModelFiles {
  readonly raw: Record<string, unknown>;
  readonly vocabulary: Record<string, unknown>;
  readonly parameters: HostTensors;
  readonly card: string;
}

async function writeModel(folder: string, { raw, vocabulary, parameters, card }: ModelFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = (file: string, text: string) => writeFileAtomically(join(folder, file), [() => new TextEncoder().encode(text)]);
  const tensors = Object.entries(parameters).map(([name, { shape, data }]) => {
    return [`transformer.${name}`, { dtype: 'F32', shape, data: data as Float32Array<ArrayBuffer> }] as const;
  });
  await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(tensors), { half: true });
  await write('config.json', `${JSON.stringify(raw, null, 2)}\n`);
  await write('tokenizer.json', `${JSON.stringify(vocabulary)}\n`);
  await write('README.md', card);
}

await runCommand(pretrain);
