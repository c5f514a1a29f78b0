import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import ts from 'typescript-eslint';

/** Who may import whom: the arrows of docs/architecture.md, downwards only. */
const floors = {
  base: [],
  cli: ['base'],
  safetensors: ['base'],
  'browser-testing': ['base'],
  'hub-testing': [],
  jit: ['base', 'browser-testing'],
  model: ['base', 'jit', 'safetensors', 'hub-testing'],
  prefix: ['base', 'safetensors'],
  datasets: ['base', 'cli'],
  metrics: ['base', 'cli', 'browser-testing'],
  'mini-models': ['base'],
  training: ['base', 'safetensors', 'jit', 'model', 'prefix', 'datasets', 'metrics'],
};
const everything = Object.keys(floors);

const depConstraints = [
  ...Object.entries(floors).map(([name, allowed]) => ({
    sourceTag: `scope:${name}`,
    onlyDependOnLibsWithTags: [name, ...allowed].map((scope) => `scope:${scope}`),
  })),
  ...['reproduce', 'tune', 'tools', 'examples'].map((name) => ({
    sourceTag: `scope:${name}`,
    onlyDependOnLibsWithTags: [name, ...everything].map((scope) => `scope:${scope}`),
  })),
];

export default ts.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/.nx/**', '**/bench-results/**', '**/reproduction/**'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    plugins: { '@nx': nx },
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', performance: 'readonly' } },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { allow: [], banTransitiveDependencies: true, depConstraints }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400 }],
      eqeqeq: 'error',
    },
  },
);
