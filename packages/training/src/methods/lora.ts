import { ConfigError, type Rng } from '@prefix-tuning/base';
import { hostTensor, sizeOf, type HostTensor } from '@prefix-tuning/jit';
import type { Hooks } from '@prefix-tuning/model';
import { checkParameterShapes, type FolderSource } from '@prefix-tuning/prefix';
import { add, matMul, mul, reshape, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { nameOf, readJson, readParameters, writeJson, writeParameters } from '../files.js';
import { layoutOf, type TrainableModel } from '../model.js';
import { mapTensors, type HostTensors, type Tensors } from '../tensors.js';
import type { Tuning, TuningMethod } from './method.js';
import { checkList, checkWhole, countOf, type Shapes } from './shapes.js';

export interface LoraSettings {
  /** r */
  readonly rank: number;
  /** The product is scaled by alpha / r. */
  readonly alpha: number;
  /** Last parts of the names of the linear maps that get one; PEFT's choices unless given. */
  readonly targets: readonly string[];
}

/**
 * LoRA: beside chosen linear maps stands a product of two thin matrices; the model is frozen.
 *
 * y = W x + (alpha / r) B A x,  A in R^{r x in}, uniform as PyTorch's Linear;  B in R^{out x r}, 0
 *
 * What is kept is a folder that PEFT loads.
 *
 * @see Hu et al. 2022, section 4.1; PEFT's lora.Linear
 */
export const lora: TuningMethod<LoraSettings> = {
  name: 'lora',
  defaults: ({ family }) => ({ rank: 8, alpha: 16, targets: family.name === 'gpt2' ? ['c_attn'] : ['q_proj', 'v_proj'] }),
  create: async (model, settings, rng) =>
    tuningOf(model, settings, mapTensors(shapesOf(model, settings), (shape, name) => initial(name, shape, rng.fork(name)))),
  load: async (model, folder) => {
    const settings = await readConfig(folder);
    const stored = await readParameters(folder, 'adapter_model.safetensors');
    const parameters = Object.fromEntries(Object.entries(stored).map(([name, value]) => [name.replace(peftPrefix(model), ''), value]));
    checkParameterShapes(parameters, shapesOf(model, settings), nameOf(folder, 'adapter_model.safetensors'));
    return tuningOf(model, settings, parameters);
  },
  count: (model, settings) => countOf(shapesOf(model, settings)),
};

const peftPrefix = ({ family }: TrainableModel): string => `base_model.model.${family.names.prefix}`;

/** The thin matrices of the linear maps that end in a target. */
function shapesOf(model: TrainableModel, { rank, alpha, targets }: LoraSettings): Shapes {
  checkWhole('lora', { rank });
  checkList('lora', 'targets', targets);
  if (!Number.isFinite(alpha)) throw new ConfigError(`lora: expected alpha to be a number, got ${alpha}.`, { details: { field: 'alpha' } });
  const { layers, encoderLayers = layers, linear } = model.family.names;
  const shapes: Record<string, readonly number[]> = {};
  for (const [name, shape] of Object.entries(model.family.parameterShapes(model.config))) {
    const path = name.replace(/\.weight$/, '');
    if (shape.length !== 2 || !targets.some((target) => path === target || path.endsWith(`.${target}`))) continue;
    // Embeddings and the output matrix are matrices too, but none of a layer's linear maps.
    if (!path.startsWith(layers) && !path.startsWith(encoderLayers)) throw noSuchMap(targets, path);
    const [into, out] = (linear === 'in-out' ? shape : [...shape].reverse()) as [number, number];
    shapes[`${path}.lora_A.weight`] = [rank, into];
    shapes[`${path}.lora_B.weight`] = [out, rank];
  }
  if (Object.keys(shapes).length > 0) return shapes;
  throw noSuchMap(targets, targets.join(', ') || 'none');
}

const noSuchMap = (targets: readonly string[], got: string) =>
  new ConfigError(`lora: expected targets among the model's linear maps, got ${got}. For GPT-2: c_attn, c_fc, c_proj; for others q_proj, v_proj, k_proj and so on.`, { details: { targets } });

function initial(name: string, shape: readonly number[], { uniform }: Rng): HostTensor {
  if (name.endsWith('lora_B.weight')) return hostTensor(undefined, shape);
  const bound = 1 / Math.sqrt(shape[1]!);
  return hostTensor(Float32Array.from({ length: sizeOf(shape) }, () => bound * (2 * uniform() - 1)), shape);
}

function product(p: Tensors, name: string, { input, output, scale }: { input: Tensor; output: Tensor; scale: number }): Tensor {
  const [A, B] = [p[`${name}.lora_A.weight`] as Tensor2D | undefined, p[`${name}.lora_B.weight`] as Tensor2D];
  if (!A) return output;
  const x = reshape(input, [-1, input.shape[2]!]) as Tensor2D;
  return add(output, reshape(mul(matMul(matMul(x, A, false, true) as Tensor2D, B, false, true), scale), output.shape));
}

function tuningOf(model: TrainableModel, { rank, alpha, targets }: LoraSettings, parameters: HostTensors): Tuning {
  const settings = { rank, alpha, targets };
  const scale = alpha / rank;
  return {
    method: 'lora',
    settings,
    parameters,
    layout: layoutOf(model),
    enter: (trained) => {
      const hooks: Hooks = { linear: (name, input, output) => product(trained, name, { input, output, scale }) };
      return { parameters: model.parameters, hooks, ...(model.family.encoder ? { encoderHooks: hooks } : {}) };
    },
    save: async (folder, trained) => {
      const stored = Object.fromEntries(Object.entries(trained).map(([name, value]) => [`${peftPrefix(model)}${name}`, value]));
      await writeParameters(folder, 'adapter_model.safetensors', stored);
      await writeJson(folder, 'adapter_config.json', peftConfig(model, settings));
    },
  };
}

const peftConfig = ({ family, folder }: TrainableModel, { rank, alpha, targets }: LoraSettings) => ({
  peft_type: 'LORA',
  task_type: family.encoder ? 'SEQ_2_SEQ_LM' : 'CAUSAL_LM',
  base_model_name_or_path: folder ?? null,
  r: rank,
  lora_alpha: alpha,
  lora_dropout: 0,
  target_modules: targets,
  fan_in_fan_out: family.names.linear === 'in-out',
  bias: 'none',
  inference_mode: true,
});

/** What PEFT can switch on that changes the numbers of an adapter with the same tensors. */
const variants = ['use_rslora', 'alpha_pattern', 'rank_pattern', 'layer_replication', 'alora_invocation_tokens', 'use_dora', 'use_qalora'];

/** Starts of LoRA that take what it begins with off the model's own weights. */
const changesModel = /^(pissa|corda|olora|lora_ga)/i;

const isOff = (value: unknown): boolean => !value || (typeof value === 'object' && Object.keys(value).length === 0);

async function readConfig(folder: FolderSource): Promise<LoraSettings> {
  const file = nameOf(folder, 'adapter_config.json');
  const config = await readJson(folder, 'adapter_config.json');
  const { peft_type, r, lora_alpha, target_modules } = config;
  const good = peft_type === 'LORA' && typeof r === 'number' && typeof lora_alpha === 'number' && Array.isArray(target_modules);
  if (!good) throw new ConfigError(`${file}: expected PEFT's LORA with r, lora_alpha and a list of target_modules, got others.`, { details: { file } });
  for (const field of variants) {
    if (isOff(config[field])) continue;
    throw new ConfigError(`${file}: expected plain LoRA, without ${field}, got ${JSON.stringify(config[field])}. Train it without, or use it in PEFT.`, { details: { file, field } });
  }
  if (changesModel.test(String(config.init_lora_weights))) {
    throw new ConfigError(
      `${file}: expected LoRA beside the model's own weights, got init_lora_weights ${JSON.stringify(config.init_lora_weights)}, which changes those. ` +
        'Save it in PEFT with path_initial_model_for_weight_conversion.',
      { details: { file, field: 'init_lora_weights' } },
    );
  }
  return { rank: r, alpha: lora_alpha, targets: target_modules as string[] };
}
