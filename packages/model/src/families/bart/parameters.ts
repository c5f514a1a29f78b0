import type { BartConfig } from './config.js';

/** BART's position table starts with two rows that no position uses. */
export const positionOffset = 2;

/**
 * Drops the leading `model.`, the copies of the shared embedding (the output layer is that embedding too), and the
 * versions that old checkpoints carry.
 */
export function parameterName(checkpointName: string): string | undefined {
  const name = checkpointName.replace(/^model\./, '');
  return /^(lm_head\.weight|(en|de)coder\.(embed_tokens\.weight|version)|final_logits_bias)$/.test(name) ? undefined : name;
}

/** Every parameter with its shape; linear maps are stored [out, in]. */
export function parameterShapes(config: BartConfig): Record<string, readonly number[]> {
  const { width: C, vocabulary, maxPositions } = config;
  const shapes: Record<string, readonly number[]> = { 'shared.weight': [vocabulary, C] };
  const norm = (name: string) => Object.assign(shapes, { [`${name}.weight`]: [C], [`${name}.bias`]: [C] });
  const linear = (name: string, out: number, into: number) => Object.assign(shapes, { [`${name}.weight`]: [out, into], [`${name}.bias`]: [out] });
  const attention = (name: string) => {
    for (const part of ['k_proj', 'v_proj', 'q_proj', 'out_proj']) linear(`${name}.${part}`, C, C);
    norm(`${name}_layer_norm`);
  };
  const stack = (side: 'encoder' | 'decoder', layers: number, inner: number) => {
    shapes[`${side}.embed_positions.weight`] = [maxPositions + positionOffset, C];
    norm(`${side}.layernorm_embedding`);
    for (let l = 0; l < layers; l++) {
      const name = `${side}.layers.${l}`;
      attention(`${name}.self_attn`);
      if (side === 'decoder') attention(`${name}.encoder_attn`);
      linear(`${name}.fc1`, inner, C);
      linear(`${name}.fc2`, C, inner);
      norm(`${name}.final_layer_norm`);
    }
  };
  stack('encoder', config.encoder.layers, config.encoderInner);
  stack('decoder', config.layers, config.decoderInner);
  return shapes;
}
