import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';

/** The machine in a line: what a time in the report was measured on. */
export function describeMachine(): string {
  const processors = cpus();
  return `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}

const ours = ['datasets', 'jit', 'metrics', 'model', 'prefix', 'training'] as const;
const theirs = ['@tensorflow/tfjs-core'] as const;

/** Versions of what decides a run's numbers. */
export function versionsOf(): Readonly<Record<string, string>> {
  const version = (file: URL | string) => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  const require = createRequire(import.meta.url);
  return {
    ...Object.fromEntries(ours.map((name) => [`@prefix-tuning/${name}`, version(new URL(`../../../../packages/${name}/package.json`, import.meta.url))])),
    ...Object.fromEntries(theirs.map((name) => [name, version(require.resolve(`${name}/package.json`))])),
    node: process.versions.node,
  };
}
