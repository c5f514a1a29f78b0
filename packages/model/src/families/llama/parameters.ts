import type { LlamaConfig } from './config.js';

/** Drops the leading `model.` and the rotary frequencies that old checkpoints carry. */
export function parameterName(checkpointName: string): string | undefined {
  const name = checkpointName.replace(/^model\./, '');
  return name.endsWith('rotary_emb.inv_freq') ? undefined : name;
}

/** Every parameter with its shape; linear maps are stored [out, in]. */
export function parameterShapes(config: LlamaConfig): Record<string, readonly number[]> {
  const { width: C, vocabulary, inner, heads, keyValueHeads, headSize } = config;
  const shapes: Record<string, readonly number[]> = { 'embed_tokens.weight': [vocabulary, C], 'norm.weight': [C] };
  if (!config.tied) shapes['lm_head.weight'] = [vocabulary, C];
  const linear = (name: string, shape: [out: number, into: number], bias: boolean) => {
    shapes[`${name}.weight`] = shape;
    if (bias) shapes[`${name}.bias`] = [shape[0]];
  };
  for (let l = 0; l < config.layers; l++) {
    const name = `layers.${l}`;
    for (const norm of ['input_layernorm', 'post_attention_layernorm']) shapes[`${name}.${norm}.weight`] = [C];
    linear(`${name}.self_attn.q_proj`, [heads * headSize, C], config.attentionBias);
    linear(`${name}.self_attn.k_proj`, [keyValueHeads * headSize, C], config.attentionBias);
    linear(`${name}.self_attn.v_proj`, [keyValueHeads * headSize, C], config.attentionBias);
    linear(`${name}.self_attn.o_proj`, [C, heads * headSize], config.attentionBias);
    linear(`${name}.mlp.gate_proj`, [inner, C], config.mlpBias);
    linear(`${name}.mlp.up_proj`, [inner, C], config.mlpBias);
    linear(`${name}.mlp.down_proj`, [C, inner], config.mlpBias);
  }
  return shapes;
}
