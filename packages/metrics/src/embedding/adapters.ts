import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';
import type { Embedder, EmbedderInfo, TokenEmbeddings, TokenizedText } from './embedder.js';
import { checkOutputs, openOnnxModel, padBatch, type OnnxModelOptions, type OnnxTensor } from './onnx.js';
import { importPeer } from './peers.js';
import { createTextTokenizer, loadTokenizer, type TextTokenizer, type TokenizerConfig, type TokenizerFiles, type TokenizerOptions } from './tokenizer.js';

interface LayerOptions extends TokenizerOptions {
  /** The hidden states to return, 0 being the embedding layer; without it the output `last_hidden_state`. */
  readonly layers?: readonly number[] | undefined;
}

export interface OnnxEmbedderOptions extends OnnxModelOptions, TokenizerFiles, LayerOptions {
  /** Names of the outputs to return, where they are not `hidden_states.N`; shallowest first. */
  readonly outputs?: readonly string[] | undefined;
  /** What signatures call the model; the file's name by default. */
  readonly name?: string | undefined;
}

const onnxFields: FieldsOf<OnnxEmbedderOptions> = {
  model: true, runtime: true, sessionOptions: true, tokenizer: true, tokenizerConfig: true, tokenizers: true, maxLength: true, layers: true, outputs: true, name: true,
};

/**
 * An embedder over an ONNX file and a tokenizer.json, as `tools/onnx/export_encoder.py` writes them.
 *
 * Needs onnxruntime-node or onnxruntime-web, and @huggingface/tokenizers.
 *
 * @throws MissingPeerError  if one of them is absent
 * @throws ConfigError  for an option that does not exist, or if the model has other inputs, or lacks an output
 */
export async function onnxEmbedder(options: OnnxEmbedderOptions): Promise<Embedder> {
  checkFields('onnxEmbedder', options, Object.keys(onnxFields));
  const model = await openOnnxModel(options);
  const outputs = options.outputs ?? outputNames(options.layers);
  checkOutputs(outputs, model.outputNames);
  const name = options.name ?? (typeof options.model === 'string' ? options.model.replace(/^.*[\\/]/, '') : 'onnx');
  return toEmbedder({
    tokenizer: createTextTokenizer(await loadTokenizer(options), options),
    run: (ids, padId) => model.run({ ids, padId }, outputs),
    info: { model: name, ...(options.layers && { layers: options.layers }) },
  });
}

/** What is used of @huggingface/transformers. */
interface TransformersJs {
  readonly AutoTokenizer: { from_pretrained(model: string, options: object): Promise<TransformersTokenizer> };
  readonly AutoModel: { from_pretrained(model: string, options: object): Promise<(inputs: object) => Promise<Record<string, OnnxTensor>>> };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => unknown;
}

interface TransformersTokenizer {
  readonly config: TokenizerConfig;
  encode(text: string, options: { add_special_tokens: boolean }): number[];
  tokenize(text: string, options: { add_special_tokens: boolean }): string[];
  convert_tokens_to_ids(token: string): number | undefined;
}

export interface TransformersEmbedderOptions extends LayerOptions {
  /** A name on the Hugging Face hub, or a folder with config.json, tokenizer.json, tokenizer_config.json and onnx/model.onnx. */
  readonly model: string;
  /** Handed to transformers.js: `dtype` (fp32 by default), `device`, `revision`, `local_files_only`. */
  readonly modelOptions?: object | undefined;
  /** The imported module @huggingface/transformers, where the package's name can't be imported at run time (browsers). */
  readonly transformers?: unknown;
}

const transformersFields: FieldsOf<TransformersEmbedderOptions> = { model: true, modelOptions: true, transformers: true, maxLength: true, layers: true };

/**
 * An embedder over transformers.js: any model of the hub that has an ONNX export for feature extraction.
 *
 * Most exports hold `last_hidden_state` alone; the layers that bert-score compares need an export with hidden states.
 *
 * @throws MissingPeerError  if @huggingface/transformers is absent
 * @throws ConfigError  for an option that does not exist; at the first text, if the export lacks a layer
 */
export async function transformersEmbedder(options: TransformersEmbedderOptions): Promise<Embedder> {
  checkFields('transformersEmbedder', options, Object.keys(transformersFields));
  const given = options.transformers ?? (await importPeer(['@huggingface/transformers'], 'transformers'));
  const { AutoTokenizer, AutoModel, Tensor } = given as TransformersJs;
  const settings = { dtype: 'fp32', ...options.modelOptions };
  const tokenizer = await AutoTokenizer.from_pretrained(options.model, settings);
  const model = await AutoModel.from_pretrained(options.model, settings);
  const outputs = outputNames(options.layers);
  const core = {
    config: tokenizer.config,
    idOf: (token: string) => tokenizer.convert_tokens_to_ids(token),
    encode: (text: string, add_special_tokens: boolean) => ({
      ids: tokenizer.encode(text, { add_special_tokens }),
      tokens: tokenizer.tokenize(text, { add_special_tokens }),
    }),
  };
  return toEmbedder({
    tokenizer: createTextTokenizer(core, options),
    run: async (ids, padId) => {
      const answers = await model(padBatch({ ids, padId }, (data, dims) => new Tensor('int64', data, dims)));
      checkOutputs(outputs, Object.keys(answers));
      return outputs.map((name) => answers[name]!);
    },
    info: { model: options.model, ...(options.layers && { layers: options.layers }) },
  });
}

const outputNames = (layers?: readonly number[]) => layers?.map((layer) => `hidden_states.${layer}`) ?? ['last_hidden_state'];

interface Encoder {
  readonly tokenizer: TextTokenizer;
  readonly run: (ids: readonly (readonly number[])[], padId: number) => Promise<OnnxTensor[]>;
  readonly info: EmbedderInfo;
}

function toEmbedder({ tokenizer, run, info }: Encoder): Embedder {
  const embed = async (texts: readonly string[]) => {
    if (texts.length === 0) return [];
    const items = texts.map(tokenizer.tokenize);
    const answers = await run(items.map(({ ids }) => ids), tokenizer.padId);
    return items.map((item, row) => pickRow(item, { answers, row }));
  };
  return Object.assign(embed, { info, tokenize: async (texts: readonly string[]) => texts.map(tokenizer.tokenize) });
}

/** One text's part of float32 outputs [batch, tokens, width], without the padding. */
function pickRow(item: TokenizedText, { answers, row }: { answers: readonly OnnxTensor[]; row: number }): TokenEmbeddings {
  const dims = answers[0]!.dims;
  if (dims.length !== 3) {
    throw new ConfigError(`ONNX model: expected an output [batch, tokens, width], got [${dims.join(', ')}]. Choose a hidden state.`);
  }
  const [, tokens, width] = dims as [number, number, number];
  const start = row * tokens * width;
  const layers = answers.map(({ data }) => Float32Array.from((data as Float32Array).subarray(start, start + item.ids.length * width)));
  return { ...item, width, layers };
}
