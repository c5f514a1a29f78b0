import type * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/builder.js';
import type { GraphDType, Value } from '../graph/graph.js';
import { binary, cast, fill, unary } from './emit.js';
import type { Rule } from './rule.js';

type Plain = Rule<unknown>;

/** One ONNX operator of the same meaning. */
const same = (op: string): Plain => ({ x }, _, g) => unary(g, op, x!);
const test = (op: string): Plain => ({ x }, _, g) => unary(g, op, cast(g, x!, 'float32'), { dtype: 'bool' });
const two = (op: string): Plain => ({ a, b }, _, g) => binary(g, op, [a!, b!]);
const compare = (op: string): Plain => ({ a, b }, _, g) => binary(g, op, [a!, b!], 'bool');

const not: Plain = ({ x }, _, g) => unary(g, 'Not', x!);
const isFinite: Plain = (inputs, _, g) => {
  const odd = binary(g, 'Or', [test('IsNaN')(inputs, _, g) as Value, test('IsInf')(inputs, _, g) as Value], 'bool');
  return unary(g, 'Not', odd);
};
/** float32 of whole numbers too. */
const exp: Plain = ({ x }, _, g) => unary(g, 'Exp', cast(g, x!, 'float32'));
const rsqrt: Plain = ({ x }, _, g) => unary(g, 'Reciprocal', unary(g, 'Sqrt', x!));
const square: Plain = ({ x }, _, g) => binary(g, 'Mul', [x!, x!]);
/** Whole numbers stay as they are. */
const round: Plain = ({ x }, _, g) => (x!.dtype === 'int32' ? x! : unary(g, 'Round', x!));
/** tanh(x / 2) (e^x + 1), which keeps the digits of a small x. */
const expm1: Plain = ({ x }, _, g) =>
  binary(g, 'Mul', [unary(g, 'Tanh', binary(g, 'Mul', [x!, g.scalar(0.5)])), binary(g, 'Add', [unary(g, 'Exp', x!), g.scalar(1)])]);
/** log(1 + x), and 2 atanh(x / (2 + x)) where x is small, to keep its digits. */
const log1p: Plain = ({ x }, _, g) => {
  const small = binary(g, 'Less', [unary(g, 'Abs', x!), g.scalar(0.5)], 'bool');
  const half = unary(g, 'Atanh', binary(g, 'Div', [x!, binary(g, 'Add', [x!, g.scalar(2)])]));
  const plain = unary(g, 'Log', binary(g, 'Add', [x!, g.scalar(1)]));
  return g.add('Where', [small, binary(g, 'Mul', [half, g.scalar(2)]), plain], x!);
};
const notEqual: Plain = ({ a, b }, _, g) => unary(g, 'Not', binary(g, 'Equal', [a!, b!], 'bool'));

/** floor(a / b) of float64, which is exact for int32, and where a division by 0 is no error. */
const quotient = (g: GraphBuilder, [a, b]: readonly [Value, Value]): Value => unary(g, 'Floor', binary(g, 'Div', [cast(g, a, 'float64'), cast(g, b, 'float64')]));
/** int32 whatever a and b are. */
const floorDiv: Plain = ({ a, b }, _, g) => cast(g, quotient(g, [a!, b!]), 'int32');
/** Remainder with the sign of the divisor: a - floor(a / b) b. */
const mod: Plain = ({ a, b }, _, g) => {
  const multiple = binary(g, 'Mul', [quotient(g, [a!, b!]), cast(g, b!, 'float64')]);
  return cast(g, binary(g, 'Sub', [cast(g, a!, 'float64'), multiple]), a!.dtype);
};
const squaredDifference: Plain = ({ a, b }, _, g) => {
  const difference = binary(g, 'Sub', [a!, b!]);
  return binary(g, 'Mul', [difference, difference]);
};
const addN: Plain = (inputs, _, g) => Object.values(inputs).reduce((sum, x) => binary(g, 'Add', [sum, x]));

const castRule: Rule<tf.CastAttrs> = ({ x }, { dtype }, g) => {
  if (dtype === 'int32' && x!.dtype === 'float32') return cast(g, x!, 'int32');
  return cast(g, x!, dtype as GraphDType);
};

const select: Plain = ({ condition, t, e }, _, g) => {
  // A condition of lower rank chooses along the first axis.
  const extra = t!.shape.length - condition!.shape.length;
  const shaped = extra > 0 && condition!.shape.length > 0
    ? g.add('Reshape', [condition!, g.int64s([...condition!.shape, ...Array<number>(extra).fill(1)])], {
        dtype: 'bool',
        shape: [...condition!.shape, ...Array<number>(extra).fill(1)],
      })
    : condition!;
  return g.add('Where', [cast(g, shaped, 'bool'), t!, e!], { dtype: t!.dtype, shape: t!.shape });
};

const clip: Rule<tf.ClipByValueAttrs> = ({ x }, { clipValueMin, clipValueMax }, g) => {
  const dtype = x!.dtype === 'int32' ? 'int32' : 'float32';
  return g.add('Clip', [x!, g.scalar(clipValueMin, dtype), g.scalar(clipValueMax, dtype)], { dtype, shape: x!.shape });
};
const relu6: Plain = (inputs, _, g) => clip(inputs, { clipValueMin: 0, clipValueMax: 6 }, g);
const leakyRelu: Rule<tf.LeakyReluAttrs> = ({ x }, { alpha }, g) => unary(g, 'LeakyRelu', cast(g, x!, 'float32'), { attributes: { alpha: { float: alpha } } });
const prelu: Plain = ({ x, alpha }, _, g) => binary(g, 'PRelu', [cast(g, x!, 'float32'), cast(g, alpha!, 'float32')]);
/** dy where the output is positive, dy (y + 1) elsewhere. */
const eluGrad: Plain = ({ dy, y }, _, g) => {
  const negative = binary(g, 'Mul', [dy!, binary(g, 'Add', [y!, g.scalar(1)])]);
  const positive = binary(g, 'GreaterOrEqual', [y!, g.scalar(0)], 'bool');
  return g.add('Where', [positive, dy!, negative], { dtype: dy!.dtype, shape: dy!.shape });
};
/** 1 for positive x, alpha for the rest, NaN for NaN. */
const step: Rule<tf.StepAttrs> = ({ x }, { alpha }, g) => {
  const dtype = x!.dtype === 'int32' ? 'int32' : 'float32';
  const spec = { dtype, shape: x!.shape } as const;
  const positive = binary(g, 'Greater', [x!, g.scalar(0, dtype)], 'bool');
  const stepped = g.add('Where', [positive, g.scalar(1, dtype), g.scalar(alpha, dtype)], spec);
  if (dtype === 'int32') return stepped;
  return g.add('Where', [unary(g, 'IsNaN', x!, { dtype: 'bool' }), x!, stepped], spec);
};
const atan2: Plain = ({ a, b }, _, g) => {
  const [y, x] = [a!, b!];
  const zero = g.scalar(0);
  const base = unary(g, 'Atan', binary(g, 'Div', [y, x]));
  const { shape } = base;
  const turn = g.add('Where', [binary(g, 'Less', [y, zero], 'bool'), g.scalar(-Math.PI), g.scalar(Math.PI)], { dtype: 'float32', shape: y.shape });
  const left = binary(g, 'Add', [base, turn]);
  const angle = g.add('Where', [binary(g, 'Less', [x, zero], 'bool'), left, base], { dtype: 'float32', shape });
  const origin = binary(g, 'And', [binary(g, 'Equal', [x, zero], 'bool'), binary(g, 'Equal', [y, zero], 'bool')], 'bool');
  return g.add('Where', [origin, zero, angle], { dtype: 'float32', shape });
};

const zerosLike: Plain = ({ x }, _, g) => fill(g, 0, x as never);
const onesLike: Plain = ({ x }, _, g) => fill(g, 1, x as never);
const identity: Plain = ({ x }) => x!;

/** Kernels that work element by element. */
export const elementwise = {
  Abs: same('Abs'),
  Acos: same('Acos'),
  Acosh: same('Acosh'),
  Add: two('Add'),
  AddN: addN,
  Asin: same('Asin'),
  Asinh: same('Asinh'),
  Atan: same('Atan'),
  Atan2: atan2,
  Atanh: same('Atanh'),
  Cast: castRule,
  Ceil: same('Ceil'),
  ClipByValue: clip,
  Cos: same('Cos'),
  Cosh: same('Cosh'),
  Elu: same('Elu'),
  EluGrad: eluGrad,
  Equal: compare('Equal'),
  Erf: same('Erf'),
  Exp: exp,
  Expm1: expm1,
  Floor: same('Floor'),
  FloorDiv: floorDiv,
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Identity: identity,
  IsFinite: isFinite,
  IsInf: test('IsInf'),
  IsNan: test('IsNaN'),
  LeakyRelu: leakyRelu,
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  Log: same('Log'),
  Log1p: log1p,
  LogicalAnd: compare('And'),
  LogicalNot: not,
  LogicalOr: compare('Or'),
  LogicalXor: compare('Xor'),
  Maximum: two('Max'),
  Minimum: two('Min'),
  Mod: mod,
  Multiply: two('Mul'),
  Neg: same('Neg'),
  NotEqual: notEqual,
  OnesLike: onesLike,
  Pow: two('Pow'),
  Prelu: prelu,
  RealDiv: two('Div'),
  Reciprocal: same('Reciprocal'),
  Relu: same('Relu'),
  Relu6: relu6,
  Round: round,
  Rsqrt: rsqrt,
  Select: select,
  Selu: same('Selu'),
  Sigmoid: same('Sigmoid'),
  Sign: same('Sign'),
  Sin: same('Sin'),
  Sinh: same('Sinh'),
  Softplus: same('Softplus'),
  Sqrt: same('Sqrt'),
  Square: square,
  SquaredDifference: squaredDifference,
  Step: step,
  Sub: two('Sub'),
  Tan: same('Tan'),
  Tanh: same('Tanh'),
  ZerosLike: zerosLike,
};
