#!/usr/bin/env node
/**
 * Builds the native binding of @tensorflow/tfjs-node (or -gpu) against the libtensorflow inside PyPI's tensorflow wheel.
 *
 *   node tools/tfjs-node/build.mjs --package node_modules/@tensorflow/tfjs-node --tensorflow .venv/lib/python3.11/site-packages/tensorflow
 *
 * Plain Node, Linux. Needs a C++ compiler and Python (node-gyp's own needs). docs/tfjs-node.md says when and why.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The Node-API level of the binding's folder, which the package looks for in Node 20 and newer. */
const NAPI = 8;
const LIBRARIES = { 'libtensorflow_cc.so.2': 'libtensorflow.so', 'libtensorflow_framework.so.2': 'libtensorflow_framework.so' };

const fail = (message) => {
  console.error(`build: ${message}`);
  process.exit(1);
};

function need(path, what) {
  return existsSync(path) ? path : fail(`expected ${what} at ${path}, got nothing there. See docs/tfjs-node.md.`);
}

function options() {
  const { values } = parseArgs({ options: { package: { type: 'string' }, tensorflow: { type: 'string' }, nodedir: { type: 'string' } } });
  if (!values.package || !values.tensorflow) fail('expected --package FOLDER --tensorflow FOLDER');
  const folder = resolve(values.package);
  const { name, version } = JSON.parse(readFileSync(need(join(folder, 'package.json'), 'the tfjs-node package'), 'utf8'));
  if (!/^@tensorflow\/tfjs-node(-gpu)?$/.test(name)) fail(`expected @tensorflow/tfjs-node or -gpu in ${folder}, got ${name}`);
  return { folder, name, version, tensorflow: resolve(values.tensorflow), nodedir: values.nodedir ?? headersOfNode() };
}

/** Node's own headers where its installation has them, so that nothing is downloaded. */
function headersOfNode() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? prefix : undefined;
}

/** Lays out what the package's binding.gyp looks for: headers, and the two libraries under their old names. */
function linkLibtensorflow({ folder, tensorflow }) {
  const lib = join(folder, 'deps/lib');
  rmSync(join(folder, 'deps'), { recursive: true, force: true });
  mkdirSync(lib, { recursive: true });
  symlinkSync(need(join(tensorflow, 'include'), 'the headers of the wheel'), join(folder, 'deps/include'));
  for (const [file, linkName] of Object.entries(LIBRARIES)) {
    // Under its own name for the loader, under the old one for the linker.
    for (const name of [file, linkName]) symlinkSync(need(join(tensorflow, file), 'a library of the wheel'), join(lib, name));
  }
}

/** node-gyp comes with npm; npm lies beside Node. */
function nodeGyp() {
  const roots = [join(dirname(dirname(process.execPath)), 'lib/node_modules/npm/'), '/usr/share/nodejs/npm/', '/usr/lib/node_modules/npm/'];
  for (const root of roots) {
    try {
      return createRequire(root).resolve('node-gyp/bin/node-gyp.js');
    } catch {
      continue;
    }
  }
  return fail(`expected the node-gyp of npm under one of ${roots.join(', ')}`);
}

function build({ folder, nodedir }) {
  const modulePath = join(folder, `lib/napi-v${NAPI}`);
  const flags = [`--module_name=tfjs_binding`, `--module_path=${modulePath}`, `--napi_build_version=${NAPI}`];
  const { status } = spawnSync(process.execPath, [nodeGyp(), 'rebuild', ...(nodedir ? [`--nodedir=${nodedir}`] : []), ...flags], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) fail('node-gyp failed: see the lines above');
  return need(join(modulePath, 'tfjs_binding.node'), 'the built binding');
}

const settings = options();
linkLibtensorflow(settings);
console.log(`${settings.name} ${settings.version}: built ${build(settings)}`);
