import { families, type ModelConfig } from '@prefix-tuning/model';
import { sitePrefixSize, type PrefixSpec } from '@prefix-tuning/prefix';
import { adapterBottleneck } from './methods/adapter.js';
import { keptParameters, trainedParameters, type MethodName } from './methods/index.js';
import { attentionShape, type TrainableModel } from './model.js';
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

/** The sizes of every method for the paper's models: GPT-2 medium and large, and BART large. */
export function methodSizes(): MethodSize[] {
  return [
    ...gpt2Sizes('GPT-2 medium', gpt2(24, 16, 1024)),
    ...gpt2Sizes('GPT-2 large', gpt2(36, 20, 1280)),
    ...bartSizes('BART large', bartLarge),
  ];
}

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

function gpt2Sizes(name: string, raw: { readonly model_type: string }): MethodSize[] {
  const model = modelOf(raw);
  const adapter = (share: number) => ({ bottleneck: adapterBottleneck(model, share) });
  const rows: [label: string, method: MethodName, settings: object][] = [
    ['prefix, length 5', 'prefix', { length: 5 }],
    ['prefix, length 10', 'prefix', { length: 10 }],
    ['embedding-only, length 10', 'embedding-only', { length: 10 }],
    ['infix, length 10', 'infix', { length: 10 }],
    ['adapter, 3%', 'adapter', adapter(0.03)],
    ['adapter, 0.1%', 'adapter', adapter(0.001)],
    ['LoRA, rank 8', 'lora', { rank: 8 }],
    ['FT-top2', 'ft-top2', {}],
    ['FT-top2, layers alone', 'ft-top2', { output: false }],
    ['fine-tune', 'fine-tune', {}],
  ];
  return rows.map(([label, method, settings]) => sizeOf(name, model, { label, trained: trainedParameters(method, model, settings), kept: keptParameters(method, model, settings) }));
}

function bartSizes(name: string, raw: { readonly model_type: string }): MethodSize[] {
  const model = modelOf(raw);
  const prefix = (length: number) => {
    const { layers, heads, headDim, width } = attentionShape(model);
    const spec: PrefixSpec = { kind: 'reparametrised', layers, heads, headDim, length, width, networkWidth: 800 };
    return { label: `prefix, three sites, length ${length}`, ...sitePrefixSize({ encoder: spec, decoder: spec, cross: spec }) };
  };
  const all = countOf(model.family.parameterShapes(model.config));
  return [prefix(10), prefix(200), { label: 'fine-tune', trained: all, kept: all }].map((size) => sizeOf(name, model, size));
}

function sizeOf(name: string, model: TrainableModel, { label, trained, kept }: { label: string; trained: number; kept: number }): MethodSize {
  const total = countOf(model.family.parameterShapes(model.config));
  return { model: name, method: label, trained, kept, share: kept / total, bytes: 4 * kept };
}
