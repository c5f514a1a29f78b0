import { familyOf } from '@prefix-tuning/model';
import { adapterBottleneck, keptParameters, trainedParameters, type TrainableModel } from '@prefix-tuning/training';
import type { DataFacts } from './published.js';
import type { RunSpec } from './run.js';
import { capped } from '../run/train.js';

/** What a run costs, by formula. */
export interface RunCost {
  readonly steps: number;
  /** Floating-point operations of all training steps, and of decoding. */
  readonly train: number;
  readonly decode: number;
  /** Numbers that train, that are kept, and of the model. */
  readonly trained: number;
  readonly kept: number;
  readonly model: number;
  /** Bytes on disk: what is kept, and the outputs. */
  readonly disk: number;
  /** Bytes on disk while it trains, at most. */
  readonly checkpoints: number;
}

/** Two checkpoints stay, and one is being written. */
const checkpointsAtOnce = 3;

/** Backward work over forward work. Frozen weights need no gradient of their own, so half of it falls away. */
const backward: Partial<Record<RunSpec['method'], number>> = { 'fine-tune': 2, 'ft-top2': 0.7 };

/**
 * Counts 2 operations per weight and token forward; logits on target tokens alone, as the training step computes them.
 *
 * @param raw  the model's config.json
 */
export function costOf(spec: RunSpec, { raw, data }: { readonly raw: Readonly<Record<string, unknown>>; readonly data: DataFacts }): RunCost {
  const model = shapeOf(raw);
  const pairs = spec.sample?.size ?? data.pairs;
  const steps = capped(spec, Math.ceil(pairs / spec.batchSize)).steps!;
  const work = forwardWork(model, spec, data);
  const looks = spec.everySteps === undefined ? 0 : (steps / spec.everySteps) * Math.round(pairs * (spec.sample?.devShare ?? 0));
  const test = spec.test === 0 ? data.test : Math.min(spec.test, data.test);
  const settings = { ...spec.settings, ...(spec.share === undefined ? {} : { bottleneck: adapterBottleneck(model, spec.share) }) };
  const kept = keptParameters(spec.method, model, settings);
  const trained = trainedParameters(spec.method, model, settings);
  // Parameters, Adam's two moments and, where the best look counts, its parameters.
  const copies = spec.everySteps === undefined ? 3 : 4;
  return {
    steps,
    train: (steps * spec.batchSize * (1 + (backward[spec.method] ?? 1)) + looks) * work.pair,
    decode: test * (work.source + spec.decoding.beams * data.target * 1.3 * work.newToken),
    trained,
    kept,
    model: countAll(model),
    disk: 4 * kept + test * 200,
    checkpoints: checkpointsAtOnce * 4 * copies * trained,
  };
}

/** A model without its weights. */
export function shapeOf(raw: Readonly<Record<string, unknown>>): TrainableModel {
  const family = familyOf(raw, 'config.json');
  return { family, config: family.parseConfig(raw, 'config.json'), parameters: {} };
}

const sizes = ({ family, config }: TrainableModel) => Object.entries(family.parameterShapes(config)).map(([name, shape]) => [name, shape.reduce((a, b) => a * b, 1)] as const);
const countAll = (model: TrainableModel): number => sizes(model).reduce((sum, [, size]) => sum + size, 0);

/** Operations for a pair, for reading its source, and for a new token of one beam. */
function forwardWork(model: TrainableModel, { tokens, kind }: RunSpec, data: DataFacts): { pair: number; source: number; newToken: number } {
  const { vocabulary, width } = model.config;
  const logits = vocabulary * width;
  const tables = /wte|wpe|shared|embed_positions/;
  const sum = (part: (name: string) => boolean) => sizes(model).reduce((total, [name, size]) => total + (part(name) && !tables.test(name) ? size : 0), 0);
  const [encoder, decoder] = [sum((name) => name.startsWith('encoder.')), sum((name) => !name.startsWith('encoder.'))];
  const source = 2 * (encoder || decoder) * (kind === 'summarization' ? Math.min(data.source, tokens.source) : data.source);
  const newToken = 2 * (decoder + logits);
  return { source, newToken, pair: source + data.target * newToken };
}
