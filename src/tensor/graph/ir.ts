import type { DType, HostTensor } from '../../ports/index.js';

/** Element types inside a graph. `uint32` exists for counter-based random bits only. */
export type IrDType = DType | 'uint32';

export type UnaryFn =
  | 'abs'
  | 'acos'
  | 'acosh'
  | 'asin'
  | 'asinh'
  | 'atan'
  | 'atanh'
  | 'ceil'
  | 'cos'
  | 'cosh'
  | 'erf'
  | 'exp'
  | 'floor'
  | 'identity'
  | 'isInf'
  | 'isNaN'
  | 'log'
  | 'neg'
  | 'not'
  | 'reciprocal'
  | 'relu'
  | 'round'
  | 'sigmoid'
  | 'sign'
  | 'sin'
  | 'sinh'
  | 'softplus'
  | 'sqrt'
  | 'tan'
  | 'tanh';

export type BinaryFn = 'add' | 'sub' | 'mul' | 'div' | 'pow' | 'min' | 'max' | 'mod';

export type BitwiseFn = 'and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight';

export type CompareFn = 'equal' | 'less' | 'lessEqual' | 'greater' | 'greaterEqual';

export type ReduceFn = 'sum' | 'mean' | 'max' | 'min' | 'prod';

/** Height, width. */
export type Pair = readonly [number, number];

/** Top, left, bottom, right. */
export type Padding = readonly [number, number, number, number];

/** Where the elements beyond the border come from; `reflect` leaves the border out of the mirror, `symmetric` not. */
export type PadMode = 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap';

/** The windows of a pooling. */
export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
}

/** The geometry that a convolution and its two gradients share. */
export interface Convolution {
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dilations: Pair;
  readonly groups: number;
}

/**
 * The operators of the graph and their attributes. It is a small, closed vocabulary near to ONNX: images are NCHW,
 * filters OIHW, every operator has one result, and nothing is implicit but numpy's broadcasting.
 */
export interface Attributes {
  input: { readonly name: string; readonly shape: readonly number[]; readonly dtype: IrDType };
  constant: { readonly value: HostTensor };
  /** A uniform constant; it is never stored in full. */
  fill: { readonly value: number; readonly shape: readonly number[]; readonly dtype: IrDType };

  unary: { readonly fn: UnaryFn };
  leakyRelu: { readonly alpha: number };
  elu: { readonly alpha: number };
  clip: { readonly min: number; readonly max: number };
  cast: { readonly to: IrDType };
  /** Rounds half to even, clamps to the range of `to`, and narrows. */
  quantize: { readonly to: 'uint8' | 'uint16' };
  binary: { readonly fn: BinaryFn };
  bitwise: { readonly fn: BitwiseFn };
  compare: { readonly fn: CompareFn };
  logical: { readonly fn: 'and' | 'or' };
  /** condition, value where true, value where false */
  select: Record<never, never>;

  reduce: { readonly fn: ReduceFn; readonly axes: readonly number[]; readonly keepDims: boolean };
  /** The position of the first extreme along an axis, which is dropped. */
  argReduce: { readonly fn: 'max' | 'min'; readonly axis: number };
  /** Running sum; `exclusive` leaves each element out of its own. */
  cumulate: { readonly axis: number; readonly exclusive: boolean; readonly reverse: boolean };
  softmax: { readonly axis: number };
  /** The k largest along the last axis, falling, ties by rising position. */
  topK: { readonly k: number; readonly result: 'values' | 'indices' };

  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** x [N,C,H,W], filter [O,C/groups,KH,KW], optional bias [O] */
  conv: Convolution;
  /** dy [N,O,H,W], filter [O,C/groups,KH,KW] → [N,C,*size]: the gradient of `conv` by its input. */
  convInputGradient: Convolution & { readonly size: Pair };
  /** x [N,C,H,W], dy [N,O,H,W] → [O,C/groups,*kernel]: the gradient of `conv` by its filter. */
  convFilterGradient: Convolution & { readonly kernel: Pair };
  /** Average pooling leaves padding out of the count. */
  pool: Window & { readonly fn: 'max' | 'average' };
  /** x [N,C,H,W] → int32 [N,C,OH,OW]: where in x, counted over all of it, each window's first maximum is. */
  maxPoolIndices: Window;
  /** x [N,C,H,W], dy [N,C,OH,OW] → the gradient by x, which goes to each window's first maximum. */
  maxPoolGradient: Window;
  /** `nearest` repeats pixels a whole number of times. */
  resize: {
    readonly mode: 'nearest' | 'linear';
    readonly coordinates: 'asymmetric' | 'half-pixel' | 'align-corners';
    readonly size: Pair;
  };

  pad: {
    readonly mode: PadMode;
    readonly before: readonly number[];
    readonly after: readonly number[];
    readonly value: number;
  };
  /** The gradient of a padding by what was padded. */
  padGradient: {
    readonly mode: Exclude<PadMode, 'constant'>;
    readonly before: readonly number[];
    readonly after: readonly number[];
  };
  /** Elements begin, begin+step, … `size` of them along each axis; a negative step walks backwards. */
  slice: {
    readonly begin: readonly number[];
    readonly size: readonly number[];
    readonly steps: readonly number[];
  };
  concat: { readonly axis: number };
  gather: { readonly axis: number };
  gatherNd: Record<never, never>;
  /** indices [..., K], updates → zeros of `shape` with the updates added. */
  scatterNd: { readonly shape: readonly number[] };
  /** x, indices [..., K], updates → x with the updates in place of what was there. */
  scatterUpdate: Record<never, never>;
  expand: { readonly shape: readonly number[] };
  transpose: { readonly perm: readonly number[] };
  reshape: { readonly shape: readonly number[] };
  /** [N, C·b², H, W] → [N, C, H·b, W·b], the depth split as (b, b, C). */
  depthToSpace: { readonly block: number };
  spaceToDepth: { readonly block: number };
}

export type OpName = keyof Attributes;

/** A node's index in `Graph.nodes`; inputs always have smaller ones. */
export type NodeId = number;

export type NodeOf<K extends OpName> = {
  readonly op: K;
  readonly attrs: Attributes[K];
  readonly inputs: readonly NodeId[];
  readonly shape: readonly number[];
  readonly dtype: IrDType;
  /** Where the program asked for it: the tfjs operation, as in `conv2d` or `gradients/conv2d`. */
  readonly scope: string;
};

export type Node = { [K in OpName]: NodeOf<K> }[OpName];

export interface Output {
  readonly name: string;
  readonly node: NodeId;
}

/** A program as data: nodes in an order in which every input comes before its use. Immutable. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly outputs: readonly Output[];
}

export const elementCount = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** Does the node have this operator? Narrows its attributes. */
export const isOp = <K extends OpName>(node: Node, op: K): node is Extract<Node, { op: K }> => node.op === op;
