import { families, type ModelConfig } from '@prefix-tuning/model';
import { adapterBottleneck } from './methods/adapter.js';
import { keptParameters, trainedParameters, type MethodName } from './methods/index.js';
import type { TrainableModel } from './model.js';
import { countOf } from './methods/shapes.js';

/** What a method costs on a model, by formula. */
export interface MethodSize {
  readonly model: string;
  readonly method: string;
  /** Numbers that train. */
  readonly trained: number;
  /** Numbers that are kept after training. */
  readonly kept: number;
  /** Kept numbers as a share of the model's. */
  readonly share: number;
  /** Kept bytes in float32. */
  readonly bytes: number;
}

const gpt2 = (n_layer: number, n_head: number, n_embd: number) => ({ model_type: 'gpt2', n_layer, n_head, n_embd, n_positions: 1024, vocab_size: 50257 });
const bartLarge = {
  model_type: 'bart', d_model: 1024, encoder_layers: 12, decoder_layers: 12, encoder_attention_heads: 16, decoder_attention_heads: 16,
  encoder_ffn_dim: 4096, decoder_ffn_dim: 4096, max_position_embeddings: 1024, vocab_size: 50265, activation_function: 'gelu',
};

/** A row of the table: a method with settings, under the name that the table calls it. */
type Row = readonly [label: string, method: MethodName, settings: object];

/** The sizes of the methods that the paper compares, and LoRA, for its models: GPT-2 medium and large, and BART large. */
export function methodSizes(): MethodSize[] {
  return [
    ...sizesOf('GPT-2 medium', gpt2(24, 16, 1024), gpt2Rows),
    ...sizesOf('GPT-2 large', gpt2(36, 20, 1280), gpt2Rows),
    ...sizesOf('BART large', bartLarge, bartRows),
  ];
}

const gpt2Rows = (model: TrainableModel): Row[] => [
  ['prefix, length 5', 'prefix', { length: 5 }],
  ['prefix, length 10', 'prefix', { length: 10 }],
  ['embedding-only, length 10', 'embedding-only', { length: 10 }],
  ['infix, length 10', 'infix', { length: 10 }],
  ...sharedRows(model),
];

const bartRows = (model: TrainableModel): Row[] => [
  ['prefix, three sites, length 5', 'prefix', { length: 5, networkWidth: 800 }],
  ['prefix, three sites, length 100', 'prefix', { length: 100, networkWidth: 800 }],
  ['prefix, three sites, length 200', 'prefix', { length: 200, networkWidth: 800 }],
  ...sharedRows(model),
];

const sharedRows = (model: TrainableModel): Row[] => [
  ['adapter, 3%', 'adapter', { bottleneck: adapterBottleneck(model, 0.03) }],
  ['adapter, 0.1%', 'adapter', { bottleneck: adapterBottleneck(model, 0.001) }],
  ['LoRA, rank 8', 'lora', { rank: 8 }],
  ['FT-top2', 'ft-top2', {}],
  ['FT-top2, layers alone', 'ft-top2', { output: false }],
  ['fine-tune', 'fine-tune', {}],
];

/** {@link methodSizes} as a Markdown table. */
export function sizesTable(sizes: readonly MethodSize[] = methodSizes()): string {
  const number = (value: number) => value.toLocaleString('en-US');
  const rows = sizes.map(({ model, method, trained, kept, share, bytes }) => [model, method, number(trained), number(kept), `${(100 * share).toFixed(3)}%`, number(bytes)]);
  const head = ['model', 'method', 'trained', 'kept', 'share kept', 'bytes kept'];
  return [head, ['---', '---', '---:', '---:', '---:', '---:'], ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function modelOf(raw: { readonly model_type: string }): TrainableModel {
  const family = families[raw.model_type as keyof typeof families];
  const config: ModelConfig = family.parseConfig(raw, 'config.json');
  return { family, config, parameters: {} } as unknown as TrainableModel;
}

function sizesOf(name: string, raw: { readonly model_type: string }, rows: (model: TrainableModel) => Row[]): MethodSize[] {
  const model = modelOf(raw);
  const total = countOf(model.family.parameterShapes(model.config));
  return rows(model).map(([method, of, settings]) => {
    const kept = keptParameters(of, model, settings);
    return { model: name, method, trained: trainedParameters(of, model, settings), kept, share: kept / total, bytes: 4 * kept };
  });
}
