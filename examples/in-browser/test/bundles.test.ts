import { join } from 'node:path';
import { bundleForBrowser } from '@prefix-tuning/browser-testing';
import { expect, test } from 'vitest';

test.each(['training', 'model', 'datasets'])('%s bundles for a browser without an import of Node', async (name) => {
  const bundle = await bundleForBrowser(join(import.meta.dirname, '../../../packages', name, 'src/index.ts'));
  expect(bundle.match(/\b(?:from |import ?\(?)"node:[^"]+"/g)).toBeNull();
});
