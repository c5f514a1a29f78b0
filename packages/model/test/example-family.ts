import { embedding } from '@prefix-tuning/jit';
import { add } from '@tensorflow/tfjs-core';
import { attend } from '../src/families/attend.js';
import type { Family, Past } from '../src/families/family.js';
import { fields } from '../src/families/fields.js';
import { causalMask, defaultPositions, lengthBefore, linear, mergeHeads, project, splitHeads, takeRows } from '../src/families/layers.js';

/**
 * The smallest family: x = wte[ids] + wpe[positions], then x = x + Attention(x) for each layer. It calls neither
 * the hooks of dropout nor `layer`, which training alone needs.
 */
export const attentionOnly: Family = {
  name: 'attention-only',
  parseConfig: (raw, file) => {
    const read = fields(raw, file);
    const [layers, heads, width] = [read.integer('layers'), read.integer('heads'), read.integer('width')];
    return { layers, heads, keyValueHeads: heads, headSize: width / heads, width, vocabulary: read.integer('vocab_size'), maxPositions: read.integer('positions'), raw };
  },
  parameterName: (stored) => stored.replace(/^model\./, ''),
  parameterShapes: ({ layers, width: C, vocabulary, maxPositions }) => {
    const projections = Array.from({ length: layers }, (_, l) => ['q', 'k', 'v', 'o'].map((part) => [`h.${l}.${part}.weight`, [C, C]] as const)).flat();
    return { 'wte.weight': [vocabulary, C], 'wpe.weight': [maxPositions, C], ...Object.fromEntries(projections) };
  },
  forward: (parameters, config, { ids, embeddings, positions, past, prompt, hooks = {}, rows, ...masks }) => {
    const P = lengthBefore({ past, prompt }, config.layers, 'attention-only');
    const tokens = embeddings ?? embedding(parameters['wte.weight']!, ids!);
    const T = tokens.shape[1]!;
    const mask = causalMask(masks, { T, S: P + T });
    let x = add(tokens, embedding(parameters['wpe.weight']!, positions ?? defaultPositions(P, T)));
    const [present, fresh]: Past[number][][] = [[], []];
    for (let l = 0; l < config.layers; l++) {
      const map = (part: string) => splitHeads(linear({ parameters, hooks }, `h.${l}.${part}`, x), config.heads);
      const own = { key: map('k'), value: map('v') };
      const attended = attend(map('q'), own, { past: past?.[l], prompt: prompt?.map((piece) => piece[l]!), mask });
      present!.push(attended.present);
      fresh!.push(own);
      const y = linear({ parameters, hooks }, `h.${l}.o`, mergeHeads(attended.y));
      x = add(x, hooks.afterAttention?.(l, y) ?? y);
      x = hooks.afterLayer?.(l, x) ?? x;
    }
    return { hidden: takeRows(x, rows), present: present!, fresh: fresh! };
  },
  outputWeights: (parameters) => parameters['wte.weight']!,
  logits: (parameters, hidden) => project(hidden, parameters['wte.weight']!),
  names: { prefix: 'model.', embedding: 'wte.weight', embeddingCopies: /^lm_head\.weight$/, layers: 'h.', output: ['wte.weight'], linear: 'out-in' },
};
