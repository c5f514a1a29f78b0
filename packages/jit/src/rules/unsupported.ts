/** Why a kernel has no rule; shown in the error of a trace that reaches it and in docs/kernels.md. */
export interface Unsupported {
  readonly unsupported: string;
}

const because = (unsupported: string): Unsupported => ({ unsupported });

const complex = because('complex numbers are not among the element types of a program');
const strings = because('strings are not among the element types of a program');
const valueShaped = because('the shape of its result depends on values, and a program is for one shape');
const morphology = because('ONNX has no grey-scale morphology');
const warp = because('ONNX has no image warp of this kind');
const unreached = because('no operation of TensorFlow.js reaches it');

/** Kernels that have no sense in a program or no counterpart in ONNX. */
export const withoutRule = {
  Complex: complex,
  ComplexAbs: complex,
  CropAndResize: warp,
  Dilation2D: morphology,
  Dilation2DBackpropFilter: morphology,
  Dilation2DBackpropInput: morphology,
  Draw: because('it draws on a canvas of the host'),
  FFT: complex,
  FromPixels: because('it reads an image of the host; pass the pixels in as an input'),
  IFFT: complex,
  Imag: complex,
  LowerBound: unreached,
  MatrixBandPart: unreached,
  Multinomial: because('it draws random numbers on the host; draw them outside and pass them in as an input'),
  NonMaxSuppressionV3: valueShaped,
  NonMaxSuppressionV4: valueShaped,
  NonMaxSuppressionV5: valueShaped,
  Pool: unreached,
  RaggedGather: valueShaped,
  RaggedRange: valueShaped,
  RaggedTensorToTensor: valueShaped,
  Real: complex,
  RotateWithOffset: warp,
  SparseFillEmptyRows: valueShaped,
  SparseReshape: because('the shapes it works on are values, and a program is for one shape'),
  SparseSegmentMean: valueShaped,
  SparseSegmentSum: valueShaped,
  StaticRegexReplace: strings,
  StringNGrams: strings,
  StringSplit: strings,
  StringToHashBucketFast: strings,
  Transform: warp,
  Unique: valueShaped,
  UpperBound: unreached,
};
