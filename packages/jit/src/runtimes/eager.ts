import { engine, getBackend, setBackend, tidy } from '@tensorflow/tfjs-core';
import type { Runtime } from '../runtime.js';
import { toHost, toTensor, type HostTensor } from '../values.js';

/**
 * Runs functions op by op on a TensorFlow.js backend that the caller has imported: `cpu`, `wasm`, `webgpu`,
 * or `tensorflow` (tfjs-node and tfjs-node-gpu).
 */
export function eager(backend = 'cpu'): Runtime {
  return {
    name: `eager:${backend}`,
    async prepare(fn) {
      return {
        async run(inputs) {
          const before = getBackend();
          if (before !== backend) await setBackend(backend);
          try {
            let outputs: HostTensor[] = [];
            tidy(() => {
              outputs = fn(inputs.map(toTensor)).map(toHost);
            });
            return outputs;
          } finally {
            if (before && before !== backend) engine().setBackend(before);
          }
        },
        async dispose() {},
      };
    },
  };
}
