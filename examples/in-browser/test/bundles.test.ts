import { join } from 'node:path';
import { bundleForBrowser } from '@prefix-tuning/browser-testing';
import { expect, test } from 'vitest';

test.each(['training', 'model', 'datasets', 'metrics'])('%s bundles for a browser, where a module of Node would not be found', async (name) => {
  await expect(bundleForBrowser(join(import.meta.dirname, '../../../packages', name, 'src/index.ts'))).resolves.toContain('export');
});
