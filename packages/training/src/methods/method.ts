import type { Rng } from '@prefix-tuning/base';
import type { Hooks } from '@prefix-tuning/model';
import type { FolderSource, FolderTarget, Past } from '@prefix-tuning/prefix';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Layout } from '../batches/layout.js';
import type { TrainableModel } from '../model.js';
import type { HostTensors, Tensors } from '../tensors.js';

/** How trained parameters enter a forward pass of the model. */
export interface Entry {
  /** The model's weights, frozen or trained, by checkpoint name. */
  readonly parameters: Tensors;
  /** Keys and values that every token attends to; in an encoder-decoder model every target token. */
  readonly past?: Past;
  /** Encoder-decoder: what every source token attends to in the encoder's self-attention. */
  readonly encoderPast?: Past;
  /** Encoder-decoder: what every target token attends to beside the source. */
  readonly crossPast?: Past;
  /** Computation added inside the layers; in an encoder-decoder model the decoder's. */
  readonly hooks?: Hooks;
  readonly encoderHooks?: Hooks;
  /**
   * Reads sources on their own, before any target token: for methods that stand between the two. Sources are padded
   * on the left.
   */
  readonly readSource?: (source: SourceTensors) => ReadSource;
}

/** B sources of X tokens, padded on the left. */
export interface SourceTensors {
  /** int32 [B, X] */
  readonly ids: Tensor;
  /** float32 [B, X]: 1 for a token, 0 for padding. */
  readonly mask: Tensor;
}

/** What the tokens after a source attend to. */
export interface ReadSource {
  readonly past: Past;
  /** float32 [B, S]: 1 keeps a position of the past, 0 hides it. */
  readonly mask: Tensor;
  /** int32 [B, 1]: the position of the first token after the source. */
  readonly next: Tensor;
}

/** A method at work on one model: which parameters train, how they enter the forward pass, what is saved. */
export interface Tuning {
  readonly method: string;
  /** Plain data: everything needed, with the trained parameters, to enter the model again. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** What trains, as it starts (or as it was loaded). */
  readonly parameters: HostTensors;
  /** How batches hold source and target; `split` means {@link Entry.readSource}. */
  readonly layout: Layout;
  /** The entry of trained parameters: a pure, differentiable function of them; `noise` is this step's {@link Tuning.noise}. */
  enter(parameters: Tensors, noise?: Tensors): Entry;
  /** Whether all that enters is keys and values, the same for every prompt: generation computes them as a program then, not op by op. */
  readonly onlyPast?: boolean;
  /** Whether the model's own dropout acts in training: where the model's weights train. */
  readonly modelDropout?: boolean;
  /** Random inputs of one training step, such as a dropout mask; none unless the method has some. */
  noise?(rng: Rng, batchSize: number): HostTensors;
  /** Writes what is kept of trained parameters into a folder, each file whole or not at all; or gives an object its files' bytes by name. */
  save(folder: FolderTarget, parameters: HostTensors): Promise<void>;
}

/** A tuning method: one row of the table in `index.ts`. */
export interface TuningMethod<Settings> {
  readonly name: string;
  /** Every setting with its default; a setting that is not here is an error. */
  readonly defaults: (model: TrainableModel) => Settings;
  /** Starts tuning a model; settings are complete, their values unchecked. */
  create(model: TrainableModel, settings: Settings, rng: Rng): Promise<Tuning>;
  /** Reads what {@link Tuning.save} wrote. */
  load(model: TrainableModel, folder: FolderSource): Promise<Tuning>;
  /** How many numbers train, by formula. */
  count(model: TrainableModel, settings: Settings): number;
  /** How many numbers are kept after training, by formula; all that train unless the method says otherwise. */
  kept?(model: TrainableModel, settings: Settings): number;
}
