const COMPLEX = 'complex numbers are not compiled; keep real and imaginary parts as two tensors';
const STRINGS = 'strings are not compiled; turn them into numbers before the program';
const DATA_DEPENDENT =
  'the shape of its result depends on the values; a compiled program needs shapes that are known beforehand';
const VOLUMES = 'volumes are not compiled; treat slices as a batch and use the two-dimensional operation';
const MORPHOLOGY =
  'grey-level morphology is not compiled; with a flat element it is tf.maxPool, eroding is -tf.maxPool(-x)';
const SEGMENTS = 'use tf.gather and tf.unsortedSegmentSum';

/** The kernels of tfjs that are deliberately left out, each with the reason and what to use instead. */
export const unsupportedKernels = {
  AvgPool3D: VOLUMES,
  AvgPool3DGrad: VOLUMES,
  Complex: COMPLEX,
  ComplexAbs: COMPLEX,
  Conv3D: VOLUMES,
  Conv3DBackpropFilterV2: VOLUMES,
  Conv3DBackpropInputV2: VOLUMES,
  Dilation2D: MORPHOLOGY,
  Dilation2DBackpropFilter: MORPHOLOGY,
  Dilation2DBackpropInput: MORPHOLOGY,
  Draw: 'it draws on a canvas, and a program only computes; return the picture instead',
  FFT: COMPLEX,
  FromPixels: 'it reads a canvas; decode the picture before the program and pass it in as an input',
  IFFT: COMPLEX,
  Imag: COMPLEX,
  MaxPool3D: VOLUMES,
  MaxPool3DGrad: VOLUMES,
  Multinomial:
    'it draws tfjs’s own random numbers, the same at every call; compare `random.uniform(key, …)` of prismflow/tensor with tf.cumsum of the probabilities',
  NonMaxSuppressionV3: DATA_DEPENDENT,
  NonMaxSuppressionV4: DATA_DEPENDENT,
  NonMaxSuppressionV5: DATA_DEPENDENT,
  RaggedGather: DATA_DEPENDENT,
  RaggedRange: DATA_DEPENDENT,
  RaggedTensorToTensor: DATA_DEPENDENT,
  Real: COMPLEX,
  SparseFillEmptyRows: DATA_DEPENDENT,
  SparseReshape: 'the shape comes from a tensor’s values; use tf.reshape with a plain array',
  SparseSegmentMean: SEGMENTS,
  SparseSegmentSum: SEGMENTS,
  StaticRegexReplace: STRINGS,
  StringNGrams: STRINGS,
  StringSplit: STRINGS,
  StringToHashBucketFast: STRINGS,
  Unique: DATA_DEPENDENT,
} as const satisfies Readonly<Record<string, string>>;

/** A kernel that is left out on purpose. */
export type UnsupportedKernel = keyof typeof unsupportedKernels;

/** Why a kernel cannot be recorded, and what to use instead, as far as it is known. */
export const reasonAgainst = (kernel: string): string | undefined =>
  (unsupportedKernels as Readonly<Record<string, string>>)[kernel];
