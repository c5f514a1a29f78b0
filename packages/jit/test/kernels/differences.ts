import type { KernelName } from '../../src/index.js';

/** Where a program and the cpu backend of TensorFlow.js differ on NaN, infinities or the ends of int32: rows of docs/kernels.md. */
export interface Difference {
  readonly kernels: readonly KernelName[];
  readonly program: string;
  readonly cpu: string;
  /** A NaN of the cpu backend may be an ordinary number in the program. */
  readonly losesNaN?: boolean;
}

export const differences: readonly Difference[] = [
  {
    kernels: ['Cast', 'FloorDiv'],
    program: 'to int32, which has no NaN: -2^31 for NaN, infinities and what lies out of range, as a processor of x86 does it',
    cpu: '0 for NaN and infinities, the rest modulo 2^32',
    losesNaN: true,
  },
  { kernels: ['Mod'], program: 'of int32 by 0: -2^31; by infinity: NaN', cpu: '0; the dividend' },
  { kernels: ['Sum'], program: 'of int32 beyond its ends: no promise', cpu: 'modulo 2^32' },
  { kernels: ['Mean'], program: 'of int32: in float32, which rounds what lies beyond 2^24', cpu: 'in float64' },
  { kernels: ['Sign'], program: 'NaN stays NaN', cpu: '0' },
  { kernels: ['Atan2'], program: 'of two infinities: NaN; takes -0 for 0', cpu: 'the angle' },
  {
    kernels: ['TopK'],
    program: 'a NaN has no place in the order and may be left out (searching for it would slow every step of decoding); the first of equals comes first',
    cpu: 'a NaN has no place in the order; equals in any order',
    losesNaN: true,
  },
  {
    kernels: ['UnsortedSegmentSum'],
    program: 'a NaN or infinity counts in its own segment alone',
    cpu: 'makes every segment NaN, as it multiplies all rows by 0 or 1',
    losesNaN: true,
  },
  {
    kernels: ['MaxPool', 'MaxPool3D', 'MaxPoolWithArgmax', 'MaxPoolGrad', 'MaxPool3DGrad'],
    program: 'a NaN is usually the largest (no promise), and has the gradient; the first of equals has it too',
    cpu: 'passes over NaN; no gradient where all are NaN or -infinity',
  },
  {
    kernels: [
      'Conv2D', 'Conv2DBackpropFilter', 'Conv2DBackpropInput', 'Conv3D', 'Conv3DBackpropFilterV2', 'Conv3DBackpropInputV2', 'DepthwiseConv2dNative',
      'DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput', 'FusedConv2D', 'FusedDepthwiseConv2D',
    ],
    program: 'multiplies padding, too: NaN where an infinity or NaN meets it',
    cpu: 'leaves padding out',
  },
  {
    kernels: ['ResizeBilinear', 'ResizeBilinearGrad', 'ResizeNearestNeighbor', 'ResizeNearestNeighborGrad', 'LRN', 'LRNGrad'],
    program: 'a product with a matrix that has zeros: a NaN or infinity makes its whole row or column NaN',
    cpu: 'NaN only where it is read',
  },
  { kernels: ['SearchSorted'], program: 'in a row that is not sorted: counts', cpu: 'bisects' },
];
