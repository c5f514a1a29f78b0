/** ONNX's own checker and shape inference on the graph of every kernel's case, where Python has the onnx package. */
import '@tensorflow/tfjs-backend-cpu';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toOnnx, trace, type Graph, type GraphDType } from '../src/index.js';
import { groups } from './kernels/index.js';
import { inputs, makeWeights, stepOf } from './tiny-prefix.js';

const PYTHONS = [process.env.PREFIX_TUNING_PYTHON ?? '', 'python3'].filter((command) => command !== '');
const python = PYTHONS.find((command) => {
  try {
    execFileSync(command, ['-c', 'import onnx'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});
const elementType: Record<GraphDType, number> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float64: 11 };

/** What shape inference finds for every value of each graph. */
function infer(graphs: readonly Graph[]): Record<string, number[]>[] {
  const folder = mkdtempSync(join(tmpdir(), 'jit-onnx-'));
  try {
    const paths = graphs.map((graph, i) => {
      const { bytes, external } = toOnnx(graph);
      external.forEach(({ path, data }) => writeFileSync(join(folder, path), data));
      const path = join(folder, `${i}.onnx`);
      writeFileSync(path, bytes);
      return path;
    });
    writeFileSync(join(folder, 'list.json'), JSON.stringify(paths));
    const output = execFileSync(python!, [join(import.meta.dirname, 'check_onnx.py'), join(folder, 'list.json')], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    return output.trim().split('\n').map((line) => JSON.parse(line) as Record<string, number[]>);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every value that inference knows must have the type and shape that the rule gave it. */
function disagreements(graph: Graph, inferred: Record<string, number[]>): string[] {
  return graph.nodes.flatMap(({ op, outputs }) =>
    outputs.flatMap((value) => {
      const found = inferred[`v${value.id}`];
      const ours = [elementType[value.dtype], ...value.shape];
      return found && found.join() !== ours.join() ? [`${graph.name}: ${op} is ${ours.join()}, inferred ${found.join()}`] : [];
    }),
  );
}

test('graphs are valid ONNX, and types and shapes are those that ONNX infers', ({ skip }) => {
  if (!python) skip('no Python with the onnx package: neither PREFIX_TUNING_PYTHON nor python3');
  const cases = Object.values(groups).flat();
  const graphs = cases.map(({ kernel, note = '', fn, inputs }) => trace((x) => [fn(...x)].flat(), inputs, { name: `${kernel} ${note}` }));
  const step = stepOf(makeWeights());
  graphs.push(trace(([prefix, ids]) => Object.values(step({ prefix: prefix!, ids: ids! })), [inputs.prefix, inputs.ids], { name: 'step' }));
  const inferred = infer(graphs);
  expect(inferred).toHaveLength(graphs.length);
  expect(graphs.flatMap((graph, i) => disagreements(graph, inferred[i]!))).toEqual([]);
  // Inference must have had something to say.
  expect(inferred.reduce((sum, shapes) => sum + Object.keys(shapes).length, 0)).toBeGreaterThan(2 * graphs.length);
});
