/**
 * Writes a model folder with random weights, to try a whole run before the real checkpoint is there: a GPT-2 of a published
 * size, or what a config.json describes.
 *
 *   node --conditions=prefix-tuning-source --import tsx tools/random-model.ts --tokenizer FILE --out DIR [--shape medium|--config FILE]
 */
import { ConfigError, createRng } from '@prefix-tuning/base';
import { parseOptions, runCommand } from '@prefix-tuning/cli';
import { familyOf } from '@prefix-tuning/model';
import { writeFileAtomically, writeSafetensors } from '@prefix-tuning/safetensors';
import { initialise } from '@prefix-tuning/training';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const usage = 'random-model --tokenizer FILE --out DIR [--shape tiny|small|medium|large|xl | --config FILE] [--seed N]';

/** Layers, width and heads of the published sizes, and one that runs in moments. */
const shapes = {
  tiny: [2, 64, 2],
  small: [12, 768, 12],
  medium: [24, 1024, 16],
  large: [36, 1280, 20],
  xl: [48, 1600, 25],
} as const;

function gpt2(shape: keyof typeof shapes, tokenizer: Buffer): Record<string, unknown> {
  const [layers, width, heads] = shapes[shape];
  const vocabulary = (JSON.parse(tokenizer.toString('utf8')) as { model: { vocab: object } }).model.vocab;
  const size = Object.keys(vocabulary).length;
  return { architectures: ['GPT2LMHeadModel'], model_type: 'gpt2', n_layer: layers, n_embd: width, n_head: heads, n_positions: 1024, vocab_size: size, bos_token_id: size - 1, eos_token_id: size - 1 };
}

await runCommand(async (args) => {
  const text = { type: 'string' } as const;
  const { tokenizer, out, config: file, shape = 'medium', seed = '1' } = parseOptions(args, { tokenizer: text, out: text, shape: text, config: text, seed: text }, usage);
  if (!tokenizer || !out || !Object.hasOwn(shapes, shape)) throw new ConfigError(`expected --tokenizer, --out and a known --shape.\n\n${usage}`);
  const content = await readFile(tokenizer);
  const raw = file === undefined ? gpt2(shape as keyof typeof shapes, content) : (JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>);
  const family = familyOf(raw, file ?? 'config.json');
  const config = family.parseConfig(raw, file ?? 'config.json');
  const rng = createRng(Number(seed));
  // One tensor at a time: the largest model is larger than many a memory.
  const tensors = Object.entries(family.parameterShapes(config)).map(([name, shape]) => {
    const data = () => initialise({ family: { names: family.names, parameterShapes: () => ({ [name]: shape }) }, config }, rng)[name]!.data as Float32Array<ArrayBuffer>;
    return [name, { dtype: 'F32', shape, data }] as const;
  });
  await mkdir(out, { recursive: true });
  await writeSafetensors(join(out, 'model.safetensors'), Object.fromEntries(tensors));
  await writeFileAtomically(join(out, 'config.json'), [() => new TextEncoder().encode(`${JSON.stringify(raw, null, 2)}\n`)]);
  await writeFileAtomically(join(out, 'tokenizer.json'), [() => content]);
});
