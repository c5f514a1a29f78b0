import type { Rng } from '@prefix-tuning/base';
import type { HostTensors } from '@prefix-tuning/training';
import { modelRecipes, type ModelRecipe } from './models.js';

/**
 * Writes heads that copy into fresh weights: one that attends to the token before, and in a later layer heads that attend
 * to where the current token stood before - in an encoder-decoder model, stands in the source - and repeat what followed.
 *
 * Models find this circuit by themselves, but ours had not after six million tokens (decision 80). The residual stream begins
 * in three parts: tokens, positions (sinusoids, which a head can shift by one), and the token before as the first head writes
 * it, the last two as wide as a head.
 *
 * @param parameters  fresh weights, which are changed in place
 * @see Olsson et al. 2022, "In-context Learning and Induction Heads"; Trockman & Kolter 2023, "Mimetic Initialization of
 *   Self-Attention Layers", for starting from what trained heads look like
 */
export function writeCopyingHeads(parameters: HostTensors, { family, width: C, heads: H }: ModelRecipe, rng: Rng): void {
  const d = C / H;
  const parts = { position: C - 2 * d, before: C - d };
  const weights = (name: string) => parameters[name]!.data as Float32Array;
  const head = family === 'gpt2' ? gpt2Head(weights, C, d) : bartHead(weights, C, d);
  const { tokens, positions, first, matching } = places[family];
  const { sharp, written, copied } = strengths[family];

  clearColumns(weights(tokens), C, parts.position, C);
  const frequencies = frequenciesOf(rng.fork('frequencies'), d / 2);
  for (const name of positions) writeSinusoids(weights(name), C, { from: parts.position, frequencies });

  // What a token is recognised by: a part of GPT-2's embeddings, which is held, or a random image of BART's.
  const { normal } = rng.fork('projection');
  const mark = Float32Array.from({ length: parts.position * d }, (_, i) =>
    family === 'gpt2' ? Number(Math.floor(i / d) - (C - 3 * d) === i % d) : normal() / Math.sqrt(parts.position));
  const writeMark = (write: Write, scale: number) => {
    for (let i = 0; i < parts.position; i++) for (let j = 0; j < d; j++) write(i, j, scale * mark[i * d + j]!);
  };

  const before = head(first, 0);
  attendToTokenBefore(before, frequencies, { position: parts.position, sharp });
  writeMark(before.value, 1);
  for (let j = 0; j < d; j++) before.output(j, parts.before + j, written);

  // As many heads as there are slices of the tokens' part: each copies one.
  for (let h = 0; h < H - 2; h++) {
    const match = head(matching, h);
    writeMark(match.query, sharp);
    for (let j = 0; j < d; j++) {
      match.key(parts.before + j, j, sharp);
      match.value(h * d + j, j, 1);
      match.output(j, h * d + j, copied);
    }
  }
}

/** Keys are positions, queries positions turned back by one: sin(w (p - 1)) and cos(w (p - 1)). */
function attendToTokenBefore({ query, key }: Head, frequencies: readonly number[], { position, sharp }: { position: number; sharp: number }): void {
  for (const [f, frequency] of frequencies.entries()) {
    const [sine, cosine] = [position + 2 * f, position + 2 * f + 1];
    const [cos, sin] = [sharp * Math.cos(frequency), sharp * Math.sin(frequency)];
    key(sine, 2 * f, sharp);
    key(cosine, 2 * f + 1, sharp);
    query(sine, 2 * f, cos);
    query(cosine, 2 * f, -sin);
    query(sine, 2 * f + 1, sin);
    query(cosine, 2 * f + 1, cos);
  }
}

/** Whether a weight, by its row and column, is one of those that find where to copy from; a vector is one row. */
export type Finding = Readonly<Record<string, (row: number, column: number) => boolean>>;

/** Of GPT-2: positions, the head that attends to the token before, and queries and keys of the heads that match. */
export function findingWeights({ width: C, heads: H, layers, start }: ModelRecipe): Finding {
  const d = C / H;
  const second = 'from' in start ? layers / modelRecipes[start.from]!.layers : 1;
  const before = (_: number, column: number) => column % C < d;
  const match = (_: number, column: number) => column < 2 * C && column % C < (H - 2) * d;
  const all = () => true;
  return {
    'wte.weight': (_, column) => column >= C - 3 * d && column < C - 2 * d,
    'wpe.weight': (_, column) => column >= C - 2 * d && column < C - d,
    'h.0.ln_1.weight': all,
    'h.0.ln_1.bias': all,
    'h.0.attn.c_attn.weight': before,
    'h.0.attn.c_attn.bias': before,
    'h.0.attn.c_proj.weight': (row) => row < d,
    [`h.${second}.ln_1.weight`]: all,
    [`h.${second}.ln_1.bias`]: all,
    [`h.${second}.attn.c_attn.weight`]: match,
    [`h.${second}.attn.c_attn.bias`]: match,
  };
}

interface Strengths {
  /** How far queries and keys are stretched: enough for one position to win over hundreds. */
  readonly sharp: number;
  /** How large the token before is written, against a normalised stream. */
  readonly written: number;
  /** How large what is copied is written: larger than the current token, whose own embedding stands in the stream. */
  readonly copied: number;
}
/** BART normalises after each sum, and what it copies has to outweigh a whole normalised stream. */
const strengths: Readonly<Record<ModelRecipe['family'], Strengths>> = {
  gpt2: { sharp: 3, written: 0.15, copied: 0.4 },
  bart: { sharp: 3, written: 0.3, copied: 1 },
};
/** How large positions are against tokens, whose coordinates are about 1 / sqrt(C). */
const AMPLITUDE = 0.15;

/** Where each family has what the heads need. */
const places: Readonly<Record<ModelRecipe['family'], { tokens: string; positions: readonly string[]; first: string; matching: string }>> = {
  gpt2: { tokens: 'wte.weight', positions: ['wpe.weight'], first: 'h.0.attn', matching: 'h.1.attn' },
  bart: {
    tokens: 'shared.weight',
    positions: ['encoder.embed_positions.weight', 'decoder.embed_positions.weight'],
    first: 'encoder.layers.0.self_attn',
    matching: 'decoder.layers.1.encoder_attn',
  },
};

/** Sets one weight: from an input's coordinate to an output's. */
type Write = (from: number, to: number, value: number) => void;
type Head = Readonly<Record<'query' | 'key' | 'value' | 'output', Write>>;
type HeadOf = (attention: string, head: number) => Head;

/** Linear maps stored [in, out], queries, keys and values beside each other. */
const gpt2Head = (weights: (name: string) => Float32Array, C: number, d: number): HeadOf => (attention, h) => {
  const into = weights(`${attention}.c_attn.weight`);
  const out = weights(`${attention}.c_proj.weight`);
  const write = (part: number): Write => (from, to, value) => (into[from * 3 * C + part * C + h * d + to] = value);
  for (let i = 0; i < C; i++) for (const part of [0, 1, 2]) for (let j = 0; j < d; j++) write(part)(i, j, 0);
  out.fill(0, h * d * C, (h + 1) * d * C);
  return { query: write(0), key: write(1), value: write(2), output: (from, to, value) => (out[(h * d + from) * C + to] = value) };
};

/** Linear maps stored [out, in], one each. */
const bartHead = (weights: (name: string) => Float32Array, C: number, d: number): HeadOf => (attention, h) => {
  const write = (part: string): Write => {
    const data = weights(`${attention}.${part}.weight`).subarray(h * d * C, (h + 1) * d * C).fill(0);
    return (from, to, value) => (data[to * C + from] = value);
  };
  const out = weights(`${attention}.out_proj.weight`);
  for (let o = 0; o < C; o++) out.fill(0, o * C + h * d, o * C + (h + 1) * d);
  return { query: write('q_proj'), key: write('k_proj'), value: write('v_proj'), output: (from, to, value) => (out[to * C + h * d + from] = value) };
};

function clearColumns(table: Float32Array, C: number, from: number, to: number): void {
  for (let row = 0; row < table.length; row += C) table.fill(0, row + from, row + to);
}

/** Random rather than regular, so that no two distances look alike. */
const frequenciesOf = (rng: Rng, count: number): number[] => Array.from({ length: count }, () => Math.PI * rng.uniform());

function writeSinusoids(table: Float32Array, C: number, { from, frequencies }: { from: number; frequencies: readonly number[] }): void {
  table.fill(0);
  for (let row = 0; row < table.length / C; row++) {
    for (const [f, frequency] of frequencies.entries()) {
      table[row * C + from + 2 * f] = AMPLITUDE * Math.sin(row * frequency);
      table[row * C + from + 2 * f + 1] = AMPLITUDE * Math.cos(row * frequency);
    }
  }
}
