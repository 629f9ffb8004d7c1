/** What an engine can take beyond standard ONNX. */
export interface Dialect {
  /** ONNX Runtime's own operators (`com.microsoft`), such as FusedMatMul. */
  readonly contrib: boolean;
  /** Whether max pooling gives its positions; where not, it is done in double precision, which falls to the CPU. */
  readonly poolPositions: boolean;
  /** Whether Conv is right where it is one matrix product but for a border: its window is the picture, or one pixel. */
  readonly borderedProducts: boolean;
  /** Whether ConvTranspose is right for every geometry. */
  readonly transposedConvolutions: boolean;
  /** Whether slices with negative steps are right. */
  readonly backwardSlices: boolean;
  /** Whether Pow takes an operand that repeats the other's last axis. */
  readonly repeatedPowers: boolean;
  /** Constants from this many bytes on become inputs of the model, to be held beside it and fed at every run. */
  readonly externalInitialiserBytes: number;
  /** Whether shapes are written relative to those of operands where they can be, so that a model takes pictures of any size. */
  readonly relativeShapes?: boolean;
}

/** What every implementation of ONNX takes. */
export const standardOnnx: Dialect = {
  contrib: false,
  poolPositions: true,
  borderedProducts: true,
  transposedConvolutions: true,
  backwardSlices: true,
  repeatedPowers: true,
  externalInitialiserBytes: Number.POSITIVE_INFINITY,
};
