import type { IrDType, NodeOf, OpName, UnaryFn } from '../graph/index.js';
import { emitConvolution } from './convolution.js';
import { emitConvFilterGradient, emitConvInputGradient } from './convolution-gradients.js';
import type { Emitter } from './emitter.js';
import { emitPad, emitPadGradient } from './padding.js';
import { emitMaxPoolGradient, emitMaxPoolIndices, windowAttributes } from './pooling.js';
import { emitQuantize } from './quantize.js';
import { emitReshape } from './reshape.js';
import { type Attribute, elementTypes } from './schema.js';
import { emitSlice } from './slicing.js';

/** Writes one node as ONNX and gives the name of its result. */
type Rule<K extends OpName> = (e: Emitter, node: NodeOf<K>) => string;

const unaryOps: Readonly<Record<UnaryFn, string>> = {
  abs: 'Abs',
  acos: 'Acos',
  acosh: 'Acosh',
  asin: 'Asin',
  asinh: 'Asinh',
  atan: 'Atan',
  atanh: 'Atanh',
  ceil: 'Ceil',
  cos: 'Cos',
  cosh: 'Cosh',
  erf: 'Erf',
  exp: 'Exp',
  floor: 'Floor',
  identity: 'Identity',
  isInf: 'IsInf',
  isNaN: 'IsNaN',
  log: 'Log',
  neg: 'Neg',
  not: 'Not',
  reciprocal: 'Reciprocal',
  relu: 'Relu',
  round: 'Round',
  sigmoid: 'Sigmoid',
  sign: 'Sign',
  sin: 'Sin',
  sinh: 'Sinh',
  softplus: 'Softplus',
  sqrt: 'Sqrt',
  tan: 'Tan',
  tanh: 'Tanh',
};
const binaryOps = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  pow: 'Pow',
  min: 'Min',
  max: 'Max',
  mod: 'Mod',
} as const;
const compareOps = {
  equal: 'Equal',
  less: 'Less',
  lessEqual: 'LessOrEqual',
  greater: 'Greater',
  greaterEqual: 'GreaterOrEqual',
} as const;
const reduceOps = {
  sum: 'ReduceSum',
  mean: 'ReduceMean',
  max: 'ReduceMax',
  min: 'ReduceMin',
  prod: 'ReduceProd',
} as const;
const coordinateModes = {
  asymmetric: 'asymmetric',
  'half-pixel': 'half_pixel',
  'align-corners': 'align_corners',
} as const;

/** Channels of a block of ONNX Runtime's layout on processors with AVX-512. */
const BLOCK = 16;

const operands = (e: Emitter, node: { readonly inputs: readonly number[] }): string[] =>
  node.inputs.map((i) => e.value(i));

/** An operator that takes its operands as they are. */
const plain =
  <K extends OpName>(
    opType: string,
    attributes: (attrs: NodeOf<K>['attrs']) => Readonly<Record<string, Attribute>> = () => ({}),
  ): Rule<K> =>
  (e, node) =>
    e.op(opType, operands(e, node), attributes(node.attrs));

const to = (dtype: IrDType) => ({ to: elementTypes[dtype] });

/** The factor that makes one length another. ONNX rounds the product down, so a quotient that single precision rounds down is raised. */
const factorOf = (to: number, from: number): number => {
  const near = Math.fround(to / from);
  return from * near < to ? Math.fround(near * (1 + 2 ** -23)) : near;
};

/** The operands of a power, one that repeats the other's last axis written out in full where Pow does not take it as it is. */
const powered = (e: Emitter, node: NodeOf<'binary'>): readonly string[] => {
  const names = e.broadcast(node);
  if (e.dialect.repeatedPowers) return names;
  return names.map((name, i) => {
    const { shape } = e.node(node.inputs[i]!);
    const whole = shape.length < 2 || shape.at(-1) === node.shape.at(-1);
    return whole ? name : e.op('Expand', [name, e.ints(node.shape)]);
  });
};

/** How each operator of the graph is written in ONNX; total over the vocabulary, so an omission does not compile. */
export const emitRules: { readonly [K in OpName]: Rule<K> } = {
  input: (_, node) => node.attrs.name,
  constant: (e, node) => e.tensor(`constant_${e.unique()}`, node.attrs.value),
  fill: (e, node) => e.scalar(node.attrs.value, node.dtype),

  unary: (e, node) => e.op(unaryOps[node.attrs.fn], operands(e, node)),
  leakyRelu: plain('LeakyRelu', ({ alpha }) => ({ alpha: { float: alpha } })),
  elu: plain('Elu', ({ alpha }) => ({ alpha: { float: alpha } })),
  clip: (e, node) => {
    const { min, max } = node.attrs;
    const bound = (value: number): string => (Number.isFinite(value) ? e.scalar(value, node.dtype) : '');
    return e.op('Clip', [...operands(e, node), bound(min), bound(max)]);
  },
  cast: (e, node) => e.op('Cast', operands(e, node), to(node.attrs.to)),
  quantize: emitQuantize,
  binary: (e, node) =>
    e.op(
      binaryOps[node.attrs.fn],
      node.attrs.fn === 'pow' ? powered(e, node) : e.broadcast(node),
      node.attrs.fn === 'mod' && node.dtype === 'float32' ? { fmod: 1 } : {},
    ),
  bitwise: (e, node) => {
    const { fn } = node.attrs;
    if (fn === 'shiftLeft' || fn === 'shiftRight') {
      return e.op('BitShift', e.broadcast(node), { direction: fn === 'shiftLeft' ? 'LEFT' : 'RIGHT' });
    }
    return e.op({ and: 'BitwiseAnd', or: 'BitwiseOr', xor: 'BitwiseXor' }[fn], e.broadcast(node));
  },
  compare: (e, node) => e.op(compareOps[node.attrs.fn], e.broadcast(node)),
  logical: (e, node) => e.op(node.attrs.fn === 'and' ? 'And' : 'Or', e.broadcast(node)),
  select: (e, node) => e.op('Where', e.broadcast(node)),

  reduce: (e, node) => {
    const { fn, axes, keepDims } = node.attrs;
    return e.op(reduceOps[fn], [...operands(e, node), e.ints(axes)], { keepdims: keepDims ? 1 : 0 });
  },
  argReduce: (e, node) => {
    const { fn, axis } = node.attrs;
    return e.op(
      'Cast',
      [e.op(fn === 'max' ? 'ArgMax' : 'ArgMin', operands(e, node), { axis, keepdims: 0 })],
      to('int32'),
    );
  },
  cumulate: (e, node) => {
    const { axis, exclusive, reverse } = node.attrs;
    return e.op('CumSum', [...operands(e, node), e.scalar(axis, 'int32')], {
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    });
  },
  softmax: plain('Softmax', ({ axis }) => ({ axis })),
  topK: (e, node) => {
    const [values, indices] = e.ops('TopK', [...operands(e, node), e.ints([node.attrs.k])], 2, {
      largest: 1,
      sorted: 1,
    });
    return node.attrs.result === 'values' ? values! : e.op('Cast', [indices!], to('int32'));
  },

  matmul: (e, node) => {
    const { transposeA, transposeB } = node.attrs;
    const [a, b] = operands(e, node) as [string, string];
    if (!transposeA && !transposeB) return e.op('MatMul', [a, b]);
    if (e.dialect.contrib && node.dtype === 'float32') {
      return e.op(
        'FusedMatMul',
        [a, b],
        { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
        'com.microsoft',
      );
    }
    const swapLast = (name: string, rank: number): string => {
      const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : rank - 1 - (i - (rank - 2))));
      return e.op('Transpose', [name], { perm });
    };
    const ranks = node.inputs.map((i) => e.node(i).shape.length);
    return e.op('MatMul', [transposeA ? swapLast(a, ranks[0]!) : a, transposeB ? swapLast(b, ranks[1]!) : b]);
  },
  conv: (e, node) => {
    const [n = 1, c = 1, h = 1, w = 1] = e.node(node.inputs[0]!).shape;
    const [kh = 1, kw = 1] = e.node(node.inputs[1]!).shape.slice(2);
    return emitConvolution(e, operands(e, node) as [string, string], [n, c, h, w], {
      ...node.attrs,
      kernel: [kh, kw],
    });
  },
  convInputGradient: emitConvInputGradient,
  convFilterGradient: emitConvFilterGradient,
  pool: (e, node) =>
    e.op(
      node.attrs.fn === 'max' ? 'MaxPool' : 'AveragePool',
      operands(e, node),
      windowAttributes(node.attrs),
    ),
  maxPoolIndices: emitMaxPoolIndices,
  maxPoolGradient: emitMaxPoolGradient,
  resize: (e, node) => {
    const { mode, coordinates } = node.attrs;
    const [batch = 1, channels = 1, height = 1, width = 1] = e.node(node.inputs[0]!).shape;
    const x = e.value(node.inputs[0]!);
    // Behind a convolution ONNX Runtime enlarges in its blocked layout, where few channels take the room of sixteen. A
    // reshape there and back, which moves nothing, ends the blocked layout before.
    const planes = e.dialect.contrib && channels < BLOCK;
    const plain = planes
      ? e.op('Reshape', [
          e.op('Reshape', [x, e.ints([batch * channels, height, width])]),
          e.ints([batch, channels, height, width]),
        ])
      : x;
    const scales = [1, 1, factorOf(node.shape[2]!, height), factorOf(node.shape[3]!, width)];
    const extent = e.dialect.relativeShapes === true ? [e.floats(scales)] : ['', e.ints(node.shape)];
    return e.op('Resize', [plain, '', ...extent], {
      mode,
      coordinate_transformation_mode: coordinateModes[coordinates],
      ...(mode === 'nearest' ? { nearest_mode: 'floor' } : {}),
    });
  },

  pad: emitPad,
  padGradient: emitPadGradient,
  slice: emitSlice,
  concat: plain('Concat', ({ axis }) => ({ axis })),
  gather: plain('Gather', ({ axis }) => ({ axis })),
  gatherNd: (e, node) => {
    const [x, indices] = operands(e, node) as [string, string];
    return e.op('GatherND', [x, e.op('Cast', [indices], { to: elementTypes.int64 })]);
  },
  scatterNd: (e, node) => {
    const [indices, updates] = operands(e, node) as [string, string];
    const zeros = e.op('Expand', [e.scalar(0, node.dtype), e.ints(node.attrs.shape)]);
    return e.op('ScatterND', [zeros, e.op('Cast', [indices], { to: elementTypes.int64 }), updates], {
      reduction: 'add',
    });
  },
  scatterUpdate: (e, node) => {
    const [x, indices, updates] = operands(e, node) as [string, string, string];
    return e.op('ScatterND', [x, e.op('Cast', [indices], { to: elementTypes.int64 }), updates]);
  },
  expand: (e, node) => e.op('Expand', [...operands(e, node), e.ints(node.attrs.shape)]),
  transpose: plain('Transpose', ({ perm }) => ({ perm })),
  reshape: emitReshape,
  depthToSpace: plain('DepthToSpace', ({ block }) => ({ blocksize: block, mode: 'DCR' })),
  spaceToDepth: plain('SpaceToDepth', ({ block }) => ({ blocksize: block })),
};
