#!/usr/bin/env node
/**
 * The door of the repository: `npm run reproduce`, `npm test` and the other root scripts come in here.
 * It installs what is missing (pnpm through npx, lockfile frozen), then starts the command.
 * Plain Node only: nothing is installed yet when it starts.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isatty } from 'node:tty';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const invokedFrom = process.env.INIT_CWD ?? process.cwd();
const fromSource = ['--conditions=prefix-tuning-source', '--import', 'tsx'];

const commands = {
  test: (args) => nx(['run-many', '-t', 'typecheck', 'lint', 'test', 'size', ...args]),
  build: (args) => nx(['run-many', '-t', 'build', ...args]),
  reproduce: (args) => source('apps/reproduce/src/main.ts', args),
  tune: (args) => source('apps/tune/src/main.ts', args),
  score: (args) => source('packages/metrics/src/main.ts', args),
  datasets: (args) => source('packages/datasets/src/main.ts', args),
  bench: (args) => source('tools/bench/main.ts', args),
  'in-browser': (args) => vite(join(root, 'examples/in-browser'), args),
};

/** Runs a program to its end; who stops this process stops that one. */
function run(file, args, { cwd = root } = {}) {
  const child = spawn(file, args, {
    cwd,
    stdio: 'inherit',
    // On Windows npx is a script; a shell would cut Node's own path and the arguments at spaces.
    shell: process.platform === 'win32' && file === 'npx',
    env: { NX_DAEMON: 'false', NX_NO_CLOUD: 'true', ...process.env },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => reachesAll(signal) || child.kill(signal));
  return new Promise((resolve) => {
    child.on('error', ({ message }) => fail(`could not start ${file}: ${message}`));
    child.on('close', (status) => resolve(status ?? 1));
  });
}

/** Whether the system has told the other program, too: a second time ends what the first asks to save its work, and on Windows `kill` ends it at once. */
const reachesAll = (signal) => process.platform === 'win32' || (signal === 'SIGINT' && [0, 1, 2].some(isatty));

function nx(args) {
  const folder = join(root, 'node_modules/nx');
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return run(process.execPath, [join(folder, bin.nx), ...args]);
}

/** Runs a TypeScript file from source, in the folder the user called from, so that relative paths mean theirs. */
function source(file, args) {
  const tsx = join(root, 'node_modules/tsx/dist/esm/index.mjs');
  return run(process.execPath, [fromSource[0], fromSource[1], pathToFileURL(tsx).href, join(root, file), ...args], { cwd: invokedFrom });
}

/** Serves an example's page, or builds it. */
const vite = (folder, args) => run(process.execPath, [join(folder, 'node_modules/vite/bin/vite.js'), ...args], { cwd: folder });

async function install() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'pnpm-lock.yaml'))).digest('hex');
  const stamp = join(root, 'node_modules/.installed-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  console.error(`Installing dependencies with ${packageManager} (once)...`);
  const status = await run('npx', ['--yes', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only']);
  if (status !== 0) fail('the installation failed: see the lines above; the package registry must be reachable');
  writeFileSync(stamp, lock);
}

function fail(message) {
  console.error(`start: ${message}`);
  process.exit(1);
}

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (!command) fail(`expected one of ${Object.keys(commands).join(', ')}, got ${name ?? 'nothing'}`);
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) fail(`expected Node 20.19 or newer, got ${process.versions.node}`);
await install();
process.exit(await command(args));
