import { registerKernel, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/graph.js';
import type { TraceBackend } from '../trace/backend.js';
import { elementwise } from './elementwise.js';
import { indexing } from './indexing.js';
import { products } from './products.js';
import { reductions } from './reductions.js';
import type { AnyRule, KernelName, Rule } from './rule.js';
import { shapes } from './shapes.js';

/**
 * Every kernel of TensorFlow.js and its rule; `null` is a gap that is known. A kernel that is missing here does not
 * compile, so a new version of TensorFlow.js shows what it adds.
 */
export const rules: Readonly<Record<KernelName, AnyRule | null>> = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...indexing,
  ...products,
  AvgPool: null,
  AvgPool3D: null,
  AvgPool3DGrad: null,
  AvgPoolGrad: null,
  BatchToSpaceND: null,
  Bincount: null,
  BitwiseAnd: null,
  BroadcastArgs: null,
  Complex: null,
  ComplexAbs: null,
  Conv2D: null,
  Conv2DBackpropFilter: null,
  Conv2DBackpropInput: null,
  Conv3D: null,
  Conv3DBackpropFilterV2: null,
  Conv3DBackpropInputV2: null,
  CropAndResize: null,
  DenseBincount: null,
  DepthToSpace: null,
  DepthwiseConv2dNative: null,
  DepthwiseConv2dNativeBackpropFilter: null,
  DepthwiseConv2dNativeBackpropInput: null,
  Diag: null,
  Dilation2D: null,
  Dilation2DBackpropFilter: null,
  Dilation2DBackpropInput: null,
  Draw: null,
  Einsum: null,
  FFT: null,
  FlipLeftRight: null,
  FromPixels: null,
  FusedBatchNorm: null,
  FusedConv2D: null,
  FusedDepthwiseConv2D: null,
  IFFT: null,
  Imag: null,
  LRN: null,
  LRNGrad: null,
  LowerBound: null,
  MatrixBandPart: null,
  MaxPool: null,
  MaxPool3D: null,
  MaxPool3DGrad: null,
  MaxPoolGrad: null,
  MaxPoolWithArgmax: null,
  Multinomial: null,
  NonMaxSuppressionV3: null,
  NonMaxSuppressionV4: null,
  NonMaxSuppressionV5: null,
  Pool: null,
  RaggedGather: null,
  RaggedRange: null,
  RaggedTensorToTensor: null,
  Real: null,
  ResizeBilinear: null,
  ResizeBilinearGrad: null,
  ResizeNearestNeighbor: null,
  ResizeNearestNeighborGrad: null,
  RotateWithOffset: null,
  SearchSorted: null,
  SpaceToBatchND: null,
  SparseFillEmptyRows: null,
  SparseReshape: null,
  SparseSegmentMean: null,
  SparseSegmentSum: null,
  StaticRegexReplace: null,
  StringNGrams: null,
  StringSplit: null,
  StringToHashBucketFast: null,
  Transform: null,
  Unique: null,
  UpperBound: null,
  _FusedMatMul: null,
};

/** Registers every kernel on the trace backend: with its rule, or with an error that names it. */
export function registerRules(backendName: string, backend: TraceBackend): void {
  for (const [kernelName, rule] of Object.entries(rules) as [string, Rule<NamedAttrMap> | null][]) {
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        if (!rule) return backend.unsupported(kernelName);
        const entries = Object.entries(inputs).filter(([, info]) => info) as [string, TensorInfo][];
        const values = Object.fromEntries(entries.map(([name, info]) => [name, backend.valueBehind(info)]));
        const result = rule(values, attrs ?? {}, backend.builder);
        return Array.isArray(result) ? result.map((value) => backend.info(value)) : backend.info(result as Value);
      },
    });
  }
}
