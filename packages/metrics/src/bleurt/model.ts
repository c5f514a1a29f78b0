import { checkFields, ConfigError, type FieldsOf } from '@prefix-tuning/base';
import { checkOutputs, openOnnxModel, type OnnxModelOptions } from '../embedding/onnx.js';
import type { Pair } from '../embedding/pairs.js';
import { strip } from '../embedding/strip.js';
import { loadTokenizer, type TokenizerFiles } from '../embedding/tokenizer.js';
import type { BleurtTokenizer } from './wordpiece.js';

/** Scores a batch of pairs, in their order. A plain function will do. */
export interface BleurtModel {
  (pairs: readonly Pair[]): Promise<readonly number[]>;
  readonly info?: { readonly model: string; readonly maxLength: number };
}

export interface OnnxBleurtOptions extends OnnxModelOptions {
  /** `wordPieceTokenizer` for BERT checkpoints, `sentencePieceTokenizer` for the others. */
  readonly tokenizer: BleurtTokenizer;
  /** `max_seq_length` of bleurt_config.json: tokens of reference and hypothesis together, special ones included. */
  readonly maxLength: number;
  /** The output that holds the scores, [batch] or [batch, 1]; `score` by default. */
  readonly output?: string | undefined;
  /** What signatures call the checkpoint; the file's name by default. */
  readonly name?: string | undefined;
}

const fields: FieldsOf<OnnxBleurtOptions> = { model: true, runtime: true, sessionOptions: true, tokenizer: true, maxLength: true, output: true, name: true };

/**
 * A BLEURT checkpoint as an ONNX file, as `tools/onnx/export_bleurt.py` writes it.
 *
 * @throws MissingPeerError  if neither onnxruntime-node nor onnxruntime-web is given or installed
 * @throws ConfigError  for an option that does not exist, or if the model has other inputs, or lacks the output
 */
export async function onnxBleurt(options: OnnxBleurtOptions): Promise<BleurtModel> {
  checkFields('onnxBleurt', options, Object.keys(fields));
  const { tokenizer, maxLength, output = 'score' } = options;
  const model = await openOnnxModel(options);
  checkOutputs([output], model.outputNames);
  const name = options.name ?? (typeof options.model === 'string' ? options.model.replace(/^.*[\\/]/, '') : 'onnx');
  const score = async (pairs: readonly Pair[]) => {
    if (pairs.length === 0) return [];
    const rows = pairs.map((pair) => encodePair(pair, tokenizer, maxLength));
    const batch = { ids: rows.map(({ ids }) => ids), types: rows.map(({ types }) => types), padId: tokenizer.padId };
    const [answer] = await model.run(batch, [output]);
    if (answer!.data.length !== pairs.length) {
      throw new ConfigError(`BLEURT model: expected one score per pair (${pairs.length}), got an output [${answer!.dims.join(', ')}].`);
    }
    return Array.from(answer!.data as Float32Array);
  };
  return Object.assign(score, { info: { model: name, maxLength } });
}

/**
 * `[CLS] reference [SEP] hypothesis [SEP]` with its segment ids. Where the two are too long together, the longer loses its
 * last token, the hypothesis at a tie, until they fit.
 */
export function encodePair({ hypothesis, reference }: Pair, tokenizer: BleurtTokenizer, maxLength: number): { ids: number[]; types: number[] } {
  const { encode, classId, separatorId } = tokenizer;
  const [first, second] = [encode(reference), encode(hypothesis)];
  while (first.length + second.length > maxLength - 3) (first.length > second.length ? first : second).pop();
  return {
    ids: [classId, ...first, separatorId, ...second, separatorId],
    types: [...first.map(() => 0), 0, 0, ...second.map(() => 1), 1],
  };
}

/**
 * The tokenizer of a checkpoint with a SentencePiece model (BLEURT-20), from its conversion to tokenizer.json.
 *
 * As sentencepiece does, it takes white space off the ends and makes one unknown token of several. It differs where a text
 * holds the characters `[CLS]` or `[SEP]`, which become those tokens here, and where two segmentations are equally likely.
 *
 * @throws MissingPeerError  if @huggingface/tokenizers is neither given nor installed
 * @throws ConfigError  if it has no [CLS] or [SEP]
 */
export async function sentencePieceTokenizer(files: TokenizerFiles): Promise<BleurtTokenizer> {
  const core = await loadTokenizer(files);
  const idOf = (token: string) => {
    const id = core.idOf(token);
    if (id === undefined) throw new ConfigError(`tokenizer: expected the token ${token}, found none.`, { details: { token } });
    return id;
  };
  // A character of private use is in no vocabulary, so this is the id of what is unknown.
  const unknownId = core.encode('\ue000', false).ids.at(-1);
  const encode = (text: string) => {
    const { ids } = core.encode(strip(text), false);
    return ids.filter((id, k) => id !== unknownId || ids[k - 1] !== unknownId);
  };
  return { encode, classId: idOf('[CLS]'), separatorId: idOf('[SEP]'), padId: 0 };
}
