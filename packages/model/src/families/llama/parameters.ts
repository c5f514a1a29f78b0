import type { LlamaConfig } from './config.js';
import type { AttentionMap } from './kinds.js';

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
  const norms = ['input', 'post_attention', ...(config.writeNorms ? ['pre_feedforward', 'post_feedforward'] : [])];
  for (let l = 0; l < config.layers; l++) {
    const name = `layers.${l}`;
    const attention = (part: AttentionMap, shape: [out: number, into: number]) => linear(`${name}.self_attn.${part}`, shape, config.attentionBias.includes(part));
    for (const norm of norms) shapes[`${name}.${norm}_layernorm.weight`] = [C];
    if (config.headNorms) for (const norm of ['q_norm', 'k_norm']) shapes[`${name}.self_attn.${norm}.weight`] = [headSize];
    attention('q_proj', [heads * headSize, C]);
    attention('k_proj', [keyValueHeads * headSize, C]);
    attention('v_proj', [keyValueHeads * headSize, C]);
    attention('o_proj', [C, heads * headSize]);
    for (const part of ['gate_proj', 'up_proj']) linear(`${name}.mlp.${part}`, [inner, C], config.mlpBias);
    linear(`${name}.mlp.down_proj`, [C, inner], config.mlpBias);
  }
  return shapes;
}
