import { join } from 'node:path';
import { bundleForBrowser, bundleForNode } from '@prefix-tuning/browser-testing';
import { expect, test } from 'vitest';

const entry = (name: string) => join(import.meta.dirname, '../../../packages', name, 'src/index.ts');

test.each(['training', 'model', 'datasets', 'metrics'])('%s bundles for a browser, where a module of Node would not be found', async (name) => {
  await expect(bundleForBrowser(entry(name))).resolves.toContain('export');
});

test('a bundle for Node keeps the backend on which models compute eagerly', async () => {
  await expect(bundleForNode(entry('model'))).resolves.toContain('tf-backend-cpu.node.js');
});
