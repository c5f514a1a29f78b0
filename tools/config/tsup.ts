import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** One build for every package: its public face and, if it has one, its command, types beside them. Run from the package's folder. */
export default defineConfig({
  entry: ['src/index.ts', 'src/main.ts'].filter(existsSync),
  format: ['esm'],
  target: 'node20',
  dts: { compilerOptions: { customConditions: [] } },
  sourcemap: false,
  clean: true,
  treeshake: true,
});
