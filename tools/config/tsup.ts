import { defineConfig } from 'tsup';

/** One build for every package: its public face, types beside it. Run from the package's folder. */
export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20',
  dts: { compilerOptions: { customConditions: [] } },
  sourcemap: false,
  clean: true,
  treeshake: true,
});
