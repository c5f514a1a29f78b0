#!/usr/bin/env node
/**
 * Packs @prefix-tuning/prefix and what it depends on, unpacks them into an empty folder as an installation would lie
 * there, and checks that it is small, that nothing else came along, and that it loads. Build first.
 *
 * Run: node tools/sizes/installed.mjs
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const limit = 150_000;
const expected = ['@prefix-tuning/base', '@prefix-tuning/prefix', '@prefix-tuning/safetensors'];
const packages = join(dirname(fileURLToPath(import.meta.url)), '../../packages');
const folder = mkdtempSync(join(tmpdir(), 'installed-'));
const installed = new Map();

const bytesIn = (path) => (statSync(path).isDirectory() ? readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0) : statSync(path).size);

/** Installs a workspace package from its tarball, others as they lie in the store; then what they depend on. */
function install(name, source) {
  if (installed.has(name)) return;
  const target = join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  if (name.startsWith('@prefix-tuning/')) {
    const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: source, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    execFileSync('tar', ['-xzf', join(folder, filename.replace('@', '').replace('/', '-')), '-C', target, '--strip-components=1']);
  } else {
    cpSync(source, target, { recursive: true, dereference: true, filter: (path) => !path.slice(source.length).includes('node_modules') });
  }
  installed.set(name, bytesIn(target));
  const { dependencies = {} } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  for (const dependency of Object.keys(dependencies)) install(dependency, realpathSync(join(source, 'node_modules', dependency)));
}

try {
  install('@prefix-tuning/prefix', join(packages, 'prefix'));
  const names = [...installed.keys()].sort();
  const total = [...installed.values()].reduce((a, b) => a + b, 0);
  for (const [name, bytes] of installed) console.log(`${String(bytes).padStart(8)}  ${name}`);
  console.log(`${String(total).padStart(8)}  in all, of ${limit} allowed`);
  if (names.join() !== expected.join()) throw new Error(`expected the packages ${expected.join(', ')}, got ${names.join(', ')}`);
  if (total >= limit) throw new Error(`expected less than ${limit} bytes, got ${total}`);
  mkdirSync(join(folder, 'node_modules/@tensorflow'));
  symlinkSync(realpathSync(join(packages, 'prefix/node_modules/@tensorflow/tfjs-core')), join(folder, 'node_modules/@tensorflow/tfjs-core'));
  const { prefixSize } = await import(pathToFileURL(join(folder, 'node_modules/@prefix-tuning/prefix/dist/index.js')).href);
  const { kept } = prefixSize({ kind: 'direct', layers: 24, heads: 16, headDim: 64, length: 5 });
  if (kept !== 245_760) throw new Error(`expected 245760 numbers for GPT-2 medium at length 5, got ${kept}`);
} finally {
  rmSync(folder, { recursive: true });
}
