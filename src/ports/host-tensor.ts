/** Element types of tensors that cross the boundary of a compiled program. */
export type DType = 'float32' | 'int32' | 'bool' | 'uint8' | 'uint16';

/** The typed array that holds a dtype's elements; booleans are one byte each, 0 or 1. */
export interface DataOf {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
  readonly uint8: Uint8Array;
  readonly uint16: Uint16Array;
}

/** The typed arrays by dtype. */
export const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
} as const;

/**
 * A tensor in the memory of this process: immutable, row-major, contiguous. `data.length` is the product of `shape`.
 * `uint8` and `uint16` exist at the boundary only (pixels); inside a program they are float32 with the same values.
 */
export type HostTensor<D extends DType = DType> = {
  readonly [K in D]: {
    readonly dtype: K;
    readonly shape: readonly number[];
    readonly data: DataOf[K];
  };
}[D];
