#!/usr/bin/env node
/**
 * Packs @prefix-tuning/prefix and the workspace packages it depends on, installs the tarballs with npm in an empty
 * folder, and checks that nothing but its peer came along, that it is small without the peer, that it works, and that a
 * bundler for browsers takes it as it is. Build first. Passed over, with the reason, where the package registry cannot be reached: the peer comes from there.
 *
 * Run: node tools/sizes/installed.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const limit = 150_000;
const peer = '@tensorflow/tfjs-core';
const expected = ['@prefix-tuning/base', '@prefix-tuning/prefix', '@prefix-tuning/safetensors'];
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { build } = createRequire(join(root, 'packages/browser-testing/package.json'))('esbuild');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const unreachable = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E50\d/;

/** What a command prints on standard output; what it says on standard error is in the error it throws. */
const run = (command, args, cwd) => execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32' });

const bytesIn = (path) => (statSync(path).isDirectory() ? readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0) : statSync(path).size);

/** The tarball that would be published; pnpm puts versions in place of `workspace:*`. */
function pack(name, folder) {
  const source = join(root, 'packages', name.replace('@prefix-tuning/', ''));
  return JSON.parse(run('npx', ['--yes', packageManager, 'pack', '--json', '--pack-destination', folder], source)).filename;
}

/** Installs the packed packages in an empty folder. */
function install(folder) {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  writeFileSync(join(empty, 'package.json'), '{"name":"empty","version":"1.0.0","private":true,"type":"module"}');
  const tarballs = expected.map((name) => pack(name, folder));
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1', ...tarballs], empty);
  return empty;
}

/** Names of what was installed for the package itself, and the bytes of each; what the peer brought is left out. */
function ownPackages(folder) {
  const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8'));
  if (!packages[`node_modules/${peer}`]) throw new Error(`expected the peer ${peer}, got ${Object.keys(packages).join(', ')}`);
  const own = Object.entries(packages).filter(([, { peer: ofPeer }]) => !ofPeer);
  return own.map(([path]) => [path.replace(/^.*node_modules\//, ''), bytesIn(join(folder, path))]);
}

/** Checks what lies in the folder, and that it works. */
async function check(folder) {
  const own = ownPackages(folder);
  const total = own.reduce((sum, [, bytes]) => sum + bytes, 0);
  for (const [name, bytes] of own) console.log(`${String(bytes).padStart(8)}  ${name}`);
  console.log(`${String(total).padStart(8)}  in all without the peer ${peer}, of ${limit} allowed`);
  const names = own.map(([name]) => name).sort();
  if (names.join() !== expected.join()) throw new Error(`expected the packages ${expected.join(', ')}, got ${names.join(', ')}`);
  if (total >= limit) throw new Error(`expected less than ${limit} bytes, got ${total}`);
  const main = join(folder, 'node_modules/@prefix-tuning/prefix/dist/index.js');
  await build({ entryPoints: [main], bundle: true, platform: 'browser', format: 'esm', write: false, logLevel: 'silent' });
  const { prefixSize } = await import(pathToFileURL(main).href);
  const { kept } = prefixSize({ kind: 'direct', layers: 24, heads: 16, headDim: 64, length: 5 });
  if (kept !== 245_760) throw new Error(`expected 245760 numbers for GPT-2 medium at length 5, got ${kept}`);
}

const folder = mkdtempSync(join(tmpdir(), 'installed-'));
try {
  await check(install(folder));
} catch (error) {
  const reason = unreachable.exec(error.stderr ?? '');
  if (!reason) throw error;
  console.log(`passed over: the package registry cannot be reached (${reason[0]})`);
} finally {
  rmSync(folder, { recursive: true });
}
