/**
 * TensorFlow.js keeps its gradients apart from its core, in files that Node cannot import on their own
 * (extensionless ES module paths). The layers package carries them in a form that every runtime loads,
 * and needs nothing but the core; importing it registers them.
 */
import '@tensorflow/tfjs-layers';
import { broadcastTo, einsum, getGradient, registerGradient, reshape, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The gradient of an einsum by one operand is the einsum of the result's gradient with the other operands; an axis
 * that only this operand has was summed, so its gradient repeats along it. TensorFlow.js has none of its own.
 */
function einsumGradient(dy: Tensor, operands: readonly Tensor[], equation: string): Record<string, () => Tensor> {
  const [terms = '', result = ''] = equation.replace(/\s/g, '').split('->');
  const labels = terms.split(',');
  const byOperand = (operand: Tensor, i: number) => () => {
    const others = labels.flatMap((label, j) => (j === i ? [] : [{ label, tensor: operands[j]! }]));
    const known = new Set([result, ...others.map(({ label }) => label)].join(''));
    const own = [...labels[i]!];
    const wanted = own.filter((axis) => known.has(axis)).join('');
    const gradient = einsum(`${[result, ...others.map(({ label }) => label)].join()}->${wanted}`, dy, ...others.map(({ tensor }) => tensor));
    if (wanted.length === own.length) return gradient;
    return broadcastTo(reshape(gradient, operand.shape.map((n, axis) => (known.has(own[axis]!) ? n : 1))), operand.shape);
  };
  return Object.fromEntries(operands.map((operand, i) => [i, byOperand(operand, i)]));
}

if (!getGradient('Einsum')) {
  registerGradient({
    kernelName: 'Einsum',
    saveAllInputs: true,
    gradFunc: (dy, saved, attributes) => einsumGradient(dy as Tensor, saved, String(attributes.equation)),
  });
}
