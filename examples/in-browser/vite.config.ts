import { defaultClientConditions, defineConfig } from 'vite';

/** Pages that are isolated across origins may share memory between threads; without these headers training takes one thread. */
const headers = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

export default defineConfig({
  base: './',
  resolve: {
    // In this repository the packages are taken from source; installed ones need no condition.
    conditions: ['prefix-tuning-source', ...defaultClientConditions],
    // Half the download of the default build, which computes on GPUs too.
    alias: { 'onnxruntime-node': 'onnxruntime-web/wasm' },
  },
  worker: { format: 'es' },
  // The page loads its worker later: what that imports is prepared at the start all the same.
  optimizeDeps: { entries: ['src/worker.ts'] },
  build: { target: 'es2022', chunkSizeWarningLimit: 2000 },
  server: { headers },
  preview: { headers },
});
