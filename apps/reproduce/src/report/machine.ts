import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';

/** The machine in a line: what a time in the report was measured on. */
export function describeMachine(): string {
  const processors = cpus();
  return `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}

const ours = ['datasets', 'jit', 'metrics', 'model', 'prefix', 'training'] as const;
/** Others' packages, each beside the one of ours that uses it. */
const theirs = [['@tensorflow/tfjs-core', 'jit'], ['onnxruntime-node', 'jit']] as const;

/** Versions of what decides a run's numbers. */
export function versionsOf(): Readonly<Record<string, string>> {
  const version = (file: URL | string) => (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  const ourFile = (name: string) => new URL(`../../../../packages/${name}/package.json`, import.meta.url);
  return {
    ...Object.fromEntries(ours.map((name) => [`@prefix-tuning/${name}`, version(ourFile(name))])),
    ...Object.fromEntries(theirs.map(([name, user]) => [name, version(createRequire(ourFile(user)).resolve(`${name}/package.json`))])),
    node: process.versions.node,
  };
}
