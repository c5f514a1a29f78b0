import { registerKernel, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/graph.js';
import type { TraceBackend } from '../trace/backend.js';
import { convolutions } from './convolutions.js';
import { counting } from './counting.js';
import { einsum } from './einsum.js';
import { elementwise } from './elementwise.js';
import { fused } from './fused.js';
import { images } from './images.js';
import { indexing } from './indexing.js';
import { normalisation } from './normalisation.js';
import { pooling } from './pooling.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import type { AnyRule, KernelName, Rule } from './rule.js';
import { shapes } from './shapes.js';
import { withoutRule, type Unsupported } from './unsupported.js';

/**
 * Every kernel of TensorFlow.js with its rule, or with the reason why it has none. A kernel that is missing here does
 * not compile, so a new version of TensorFlow.js shows what it adds.
 */
export const rules: Readonly<Record<KernelName, AnyRule | Unsupported>> = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...indexing,
  ...products,
  ...einsum,
  ...fused,
  ...convolutions,
  ...pooling,
  ...normalisation,
  ...images,
  ...counting,
  ...withoutRule,
};

/** Registers every kernel on the trace backend: with its rule, or with an error that names it. */
export function registerRules(backendName: string, backend: TraceBackend): void {
  for (const [kernelName, rule] of Object.entries(rules) as [string, Rule<NamedAttrMap> | Unsupported][]) {
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        if (typeof rule !== 'function') return backend.unsupported(kernelName, rule.unsupported);
        const entries = Object.entries(inputs).filter(([, info]) => info) as [string, TensorInfo][];
        const values = Object.fromEntries(entries.map(([name, info]) => [name, backend.valueBehind(info)]));
        const result = rule(values, attrs ?? {}, backend.builder);
        return Array.isArray(result) ? result.map((value) => backend.info(value)) : backend.info(result as Value);
      },
    });
  }
}
