import { defineConfig } from 'vitest/config';

const conditions = ['prefix-tuning-source', 'node', 'import', 'module', 'default'];

/** One test setting for every package: tests run from source, with no build. Run from the package's folder. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    root: process.cwd(),
    include: ['**/*.test.ts'],
    passWithNoTests: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
