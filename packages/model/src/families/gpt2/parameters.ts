import type { GPT2Config } from './config.js';

/** Drops the leading `transformer.`, the tied output layer, and the causal masks that old checkpoints carry. */
export function parameterName(checkpointName: string): string | undefined {
  const name = checkpointName.replace(/^transformer\./, '');
  return /^lm_head\.weight$|^h\.\d+\.attn\.(masked_)?bias$/.test(name) ? undefined : name;
}

/** Every parameter with its shape; linear maps are stored [in, out]. */
export function parameterShapes({ layers, width: C, inner, vocabulary, maxPositions }: GPT2Config): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = { 'wte.weight': [vocabulary, C], 'wpe.weight': [maxPositions, C] };
  const norm = (name: string) => Object.assign(shapes, { [`${name}.weight`]: [C], [`${name}.bias`]: [C] });
  const linear = (name: string, rows: number, columns: number) =>
    Object.assign(shapes, { [`${name}.weight`]: [rows, columns], [`${name}.bias`]: [columns] });
  for (let l = 0; l < layers; l++) {
    norm(`h.${l}.ln_1`);
    linear(`h.${l}.attn.c_attn`, C, 3 * C);
    linear(`h.${l}.attn.c_proj`, C, C);
    norm(`h.${l}.ln_2`);
    linear(`h.${l}.mlp.c_fc`, C, inner);
    linear(`h.${l}.mlp.c_proj`, inner, C);
  }
  norm('ln_f');
  return shapes;
}
