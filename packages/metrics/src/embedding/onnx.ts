import { ConfigError } from '@prefix-tuning/base';
import { importPeer } from './peers.js';

/** ONNX Runtime, as far as it is used here: onnxruntime-node and onnxruntime-web both are this. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: string | Uint8Array, options?: object): Promise<OnnxSession> };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => OnnxTensor;
}

export interface OnnxTensor {
  readonly data: ArrayLike<number> | BigInt64Array;
  readonly dims: readonly number[];
}

export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OnnxTensor>, fetches: readonly string[]): Promise<Record<string, OnnxTensor>>;
}

export interface OnnxModelOptions {
  /** The ONNX file: a path (in Node), an address (in browsers), or its bytes. */
  readonly model: string | Uint8Array;
  /** The imported runtime; by default onnxruntime-node, or else onnxruntime-web, if installed. */
  readonly runtime?: unknown;
  /** Handed to `InferenceSession.create`: execution providers, threads. */
  readonly sessionOptions?: object | undefined;
}

/** A batch of token ids [rows][tokens], rows of any length, and which sequence each token belongs to. */
export interface TokenBatch {
  readonly ids: readonly (readonly number[])[];
  readonly types?: readonly (readonly number[])[];
  readonly padId: number;
}

export interface OnnxModel {
  readonly outputNames: readonly string[];
  /** The chosen outputs for a padded batch: input_ids, attention_mask, token_type_ids, of which the model gets what it takes. */
  run(batch: TokenBatch, outputs: readonly string[]): Promise<OnnxTensor[]>;
}

const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];

/**
 * Opens an ONNX model that reads token ids.
 *
 * @throws MissingPeerError  if no runtime is given or installed
 * @throws ConfigError  if the model takes other inputs
 */
export async function openOnnxModel({ model, runtime, sessionOptions }: OnnxModelOptions): Promise<OnnxModel> {
  const { InferenceSession, Tensor } = (runtime ?? (await importPeer(['onnxruntime-node', 'onnxruntime-web'], 'runtime'))) as OnnxRuntime;
  const session = await InferenceSession.create(model, sessionOptions);
  const unknown = session.inputNames.filter((name) => !INPUTS.includes(name));
  if (unknown.length > 0 || !session.inputNames.includes('input_ids')) {
    throw new ConfigError(`ONNX model: expected the inputs ${INPUTS.join(', ')}, got ${session.inputNames.join(', ')}.`, {
      details: { inputs: session.inputNames },
    });
  }
  return {
    outputNames: session.outputNames,
    run: async (batch, outputs) => {
      const feeds = padBatch(batch, (data, dims) => new Tensor('int64', data, dims));
      const answers = await session.run(Object.fromEntries(session.inputNames.map((name) => [name, feeds[name]!])), outputs);
      return outputs.map((name) => answers[name]!);
    },
  };
}

/** The three inputs of a BERT-like model, padded on the right to the longest row. */
export function padBatch<T>({ ids, types, padId }: TokenBatch, create: (data: BigInt64Array, dims: number[]) => T): Record<string, T> {
  const tokens = Math.max(...ids.map((row) => row.length));
  const fill = (value: (row: number, k: number) => number) => {
    const data = new BigInt64Array(ids.length * tokens);
    for (let k = 0; k < data.length; k++) data[k] = BigInt(value(Math.floor(k / tokens), k % tokens));
    return create(data, [ids.length, tokens]);
  };
  return {
    input_ids: fill((row, k) => ids[row]![k] ?? padId),
    attention_mask: fill((row, k) => (k < ids[row]!.length ? 1 : 0)),
    token_type_ids: fill((row, k) => types?.[row]?.[k] ?? 0),
  };
}

/**
 * Checks that a model has the outputs that are asked for.
 *
 * @throws ConfigError  naming those it has
 */
export function checkOutputs(wanted: readonly string[], present: readonly string[]): void {
  const missing = wanted.filter((name) => !present.includes(name));
  if (wanted.length === 0 || missing.length > 0) {
    throw new ConfigError(
      `ONNX model: expected the output ${missing.join(', ') || '(none asked for)'}, got ${present.join(', ')}. Choose one of these, or export the layer.`,
      { details: { wanted, present } },
    );
  }
}
