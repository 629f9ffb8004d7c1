import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { type Graph, GraphBuilder, type NodeId } from '../graph/index.js';
import { type Dialect, emit, type OnnxModel, standardOnnx } from './index.js';

/** A graph of float32 inputs, named `a`, `b` … , whose results are named `y0`, `y1` … */
const graphOf = (
  shapes: readonly (readonly number[])[],
  build: (b: GraphBuilder, inputs: readonly NodeId[]) => readonly NodeId[],
): Graph => {
  const b = new GraphBuilder();
  const inputs = shapes.map((shape, i) =>
    b.add('input', [], { name: String.fromCharCode(97 + i), shape, dtype: 'float32' }),
  );
  return b.graph(
    'graph',
    build(b, inputs).map((node, i) => ({ name: `y${i}`, node })),
  );
};

/** The integers of a constant list, or the number of a scalar. */
const constantsOf = ({ initializers }: OnnxModel): ReadonlyMap<string, unknown> =>
  new Map(
    initializers.map(({ name, type, dims, bytes }) => {
      const buffer = bytes.slice().buffer;
      const values =
        type === 'int64'
          ? Array.from(new BigInt64Array(buffer), Number)
          : type === 'float32'
            ? Array.from(new Float32Array(buffer))
            : type === 'int32'
              ? Array.from(new Int32Array(buffer))
              : Array.from(new Uint8Array(buffer));
      return [name, dims.length === 0 ? values[0] : values];
    }),
  );

/** What a graph is written as: each operator, with its operands (constants by their values), and what it gives. */
const linesOf = (graph: Graph, dialect: Partial<Dialect> = {}) => {
  const model = emit(graph, { ...standardOnnx, ...dialect });
  const constants = constantsOf(model);
  return model.nodes.map(({ opType, inputs, attributes }) => [
    opType,
    ...inputs.map((name) => constants.get(name) ?? name),
    attributes,
  ]);
};

const opsOf = (graph: Graph, dialect: Partial<Dialect> = {}): readonly unknown[] =>
  linesOf(graph, dialect).map(([opType]) => opType);

const floats = (shape: readonly number[], ...data: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: data.length > 0 ? Float32Array.from(data) : new Float32Array(shape.reduce((a, n) => a * n, 1)),
});

const square = { strides: [1, 1], dilations: [1, 1], padding: [0, 0, 0, 0], groups: 1 } as const;

describe('an operator is written once', () => {
  it('however often it is asked for, and its operands as they are', () => {
    const graph = graphOf([[2], [2]], (b, [x, y]) => [
      b.binary('add', b.unary('exp', x!), b.unary('exp', x!)),
      b.binary('sub', x!, y!),
    ]);
    expect(linesOf(graph)).toEqual([
      ['Exp', 'a', {}],
      ['Sub', 'a', 'b', {}],
      ['Add', 'Exp_0', 'Exp_0', {}],
    ]);
  });

  it('with uniform constants as scalars where those broadcast, and else in full', () => {
    const graph = graphOf([[2, 1]], (b, [x]) => [
      b.binary('mul', x!, b.fill(3, [2, 1])),
      b.binary('mul', x!, b.fill(3, [1, 4])),
      b.fill(5, [3]),
      b.fill(6, []),
    ]);
    // Leaves come last, in reverse.
    expect(linesOf(graph)).toEqual([
      ['Expand', 3, [1, 4], {}],
      ['Expand', 5, [3], {}],
      ['Identity', 6, {}],
      ['Identity', 'Expand_3', {}],
      ['Mul', 'a', 'Expand_1', {}],
      ['Mul', 'a', 3, {}],
    ]);
  });

  it('with every axis written out where the last one has one element of many', () => {
    const graph = graphOf([[300, 1], [1]], (b, [x, y]) => [
      b.binary('mul', x!, b.fill(3)),
      b.binary('add', x!, y!),
    ]);
    expect(linesOf(graph)).toEqual([
      ['Reshape', 'b', [1, 1], {}],
      ['Add', 'a', 'Reshape_1', {}],
      ['Mul', 'a', [3], {}],
    ]);
    const { initializers } = emit(graph, standardOnnx);
    expect(initializers.find(({ type }) => type === 'float32')?.dims).toEqual([1, 1]);
  });
});

describe('matrix products', () => {
  const products = (transposeA: boolean, transposeB: boolean) =>
    graphOf(
      [
        [2, 3, 3],
        [2, 3, 3],
      ],
      (b, [x, y]) => [b.matmul(x!, y!, transposeA, transposeB)],
    );

  it('are plain where nothing is turned', () => {
    for (const contrib of [false, true])
      expect(linesOf(products(false, false), { contrib })).toEqual([['MatMul', 'a', 'b', {}]]);
  });

  it('have what is turned turned before, or on the way where that can be', () => {
    expect(linesOf(products(true, false))).toEqual([
      ['Transpose', 'a', { perm: [0, 2, 1] }],
      ['MatMul', 'Transpose_0', 'b', {}],
    ]);
    expect(linesOf(products(false, true))).toEqual([
      ['Transpose', 'b', { perm: [0, 2, 1] }],
      ['MatMul', 'a', 'Transpose_0', {}],
    ]);
    expect(linesOf(products(true, false), { contrib: true })).toEqual([
      ['FusedMatMul', 'a', 'b', { transA: 1, transB: 0 }],
    ]);
    expect(linesOf(products(false, true), { contrib: true })).toEqual([
      ['FusedMatMul', 'a', 'b', { transA: 0, transB: 1 }],
    ]);
  });

  it('make a model ask for the operators that they are of', () => {
    const opsets = (contrib: boolean) => emit(products(true, true), { ...standardOnnx, contrib }).opsets;
    expect([opsets(false), opsets(true)]).toEqual([{ '': 20 }, { '': 20, 'com.microsoft': 1 }]);
  });
});

describe('convolutions', () => {
  const conv = (
    size: readonly [number, number],
    kernel: readonly [number, number],
    padding: readonly [number, number, number, number],
  ) =>
    graphOf(
      [
        [1, 2, ...size],
        [3, 2, ...kernel],
      ],
      (b, [x, filter]) => [b.add('conv', [x!, filter!], { ...square, padding })],
    );
  const attributes = (kernel: readonly number[], pads: readonly number[]) => ({
    strides: [1, 1],
    dilations: [1, 1],
    group: 1,
    kernel_shape: kernel,
    pads,
  });

  it('are given their border, but for products on engines that forget it', () => {
    const plain = (kernel: readonly number[], pads: readonly number[]) => [
      ['Conv', 'a', 'b', attributes(kernel, pads)],
    ];
    const borderedProducts = false;
    expect(linesOf(conv([4, 4], [1, 1], [0, 0, 1, 2]))).toEqual(plain([1, 1], [0, 0, 1, 2]));
    expect(linesOf(conv([4, 4], [3, 1], [0, 0, 1, 2]), { borderedProducts })).toEqual(
      plain([3, 1], [0, 0, 1, 2]),
    );
    expect(linesOf(conv([4, 4], [1, 3], [0, 0, 1, 2]), { borderedProducts })).toEqual(
      plain([1, 3], [0, 0, 1, 2]),
    );
    expect(linesOf(conv([4, 3], [4, 2], [0, 0, 1, 0]), { borderedProducts })).toEqual(
      plain([4, 2], [0, 0, 1, 0]),
    );
    expect(linesOf(conv([4, 4], [1, 1], [1, 2, 0, 0]), { borderedProducts })).toEqual(
      plain([1, 1], [1, 2, 0, 0]),
    );
    for (const [size, kernel] of [
      [
        [4, 4],
        [1, 1],
      ],
      [
        [4, 3],
        [4, 3],
      ],
    ] as const)
      expect(linesOf(conv(size, kernel, [0, 1, 1, 2]), { borderedProducts })).toEqual([
        ['Reshape', 'a', [2, ...size], {}],
        ['Pad', 'Reshape_0', [0, 0, 1, 0, 1, 2], 0, {}],
        ['Reshape', 'Pad_1', [1, 2, size[0] + 1, size[1] + 3], {}],
        ['Conv', 'Reshape_2', 'b', attributes(kernel, [0, 0, 0, 0])],
      ]);
  });

  const inputGradient = (more: object, size: readonly [number, number], dy: readonly [number, number]) =>
    graphOf(
      [
        [1, 2, ...dy],
        [2, 1, 3, 3],
      ],
      (b, [g, filter]) => [b.add('convInputGradient', [g!, filter!], { ...square, ...more, size })],
    );

  it('have gradients that are transposed convolutions', () => {
    expect(linesOf(inputGradient({ strides: [2, 2], padding: [1, 1, 1, 1] }, [8, 7], [4, 4]))).toEqual([
      [
        'ConvTranspose',
        'a',
        'b',
        {
          strides: [2, 2],
          dilations: [1, 1],
          group: 1,
          kernel_shape: [3, 3],
          pads: [1, 1, 1, 1],
          output_padding: [1, 0],
        },
      ],
    ]);
  });

  it('or plain ones with a turned filter, spread out and cut only where that is needed', () => {
    const dialect = { transposedConvolutions: false };
    expect(opsOf(inputGradient({}, [6, 6], [4, 4]), dialect)).toEqual([
      'Reshape',
      'Transpose',
      'Reshape',
      'Slice',
      'Conv',
    ]);
    const spread = linesOf(inputGradient({ strides: [2, 2] }, [9, 9], [4, 4]), dialect);
    expect(spread.map(([opType]) => opType)).toEqual([
      'Reshape',
      'Pad',
      'Reshape',
      'Reshape',
      'Transpose',
      'Reshape',
      'Slice',
      'Conv',
    ]);
    expect(spread.slice(0, 3)).toEqual([
      ['Reshape', 'a', [2, 4, 1, 4, 1], {}],
      ['Pad', 'Reshape_0', [0, 0, 0, 0, 0, 0, 0, 1, 0, 1], 0, {}],
      ['Reshape', 'Pad_1', [1, 2, 8, 8], {}],
    ]);
    // A border wider than the filter reaches was never met: its gradients are cut off.
    const cut = opsOf(inputGradient({ padding: [3, 0, 0, 0] }, [3, 6], [4, 4]), dialect);
    expect(cut.filter((opType) => opType === 'Slice')).toHaveLength(2);
    const gathered = opsOf(inputGradient({}, [6, 6], [4, 4]), { ...dialect, backwardSlices: false });
    expect(gathered).toEqual(['Reshape', 'Transpose', 'Reshape', 'Gather', 'Gather', 'Conv']);
  });

  it('have gradients by filters of as few operators as can be', () => {
    const filterGradient = (groups: number, kernel: readonly [number, number], padding: readonly number[]) =>
      opsOf(
        graphOf(
          [
            [1, 2, 4, 4],
            [1, 2, 5 - kernel[0] + padding[0]! + padding[2]!, 5 - kernel[1]],
          ],
          (b, [x, dy]) => [
            b.add('convFilterGradient', [x!, dy!], { ...square, padding: padding as never, groups, kernel }),
          ],
        ),
      );
    expect(filterGradient(1, [2, 2], [0, 0, 0, 0])).toEqual([
      'Transpose',
      'Transpose',
      'Conv',
      'Slice',
      'Transpose',
    ]);
    const one = filterGradient(2, [1, 1], [0, 0, 0, 0]);
    expect([one.includes('Pad'), one.includes('Concat')]).toEqual([false, false]);
    const several = filterGradient(2, [2, 1], [1, 0, 0, 0]);
    expect(several.filter((opType) => opType === 'MatMul')).toHaveLength(2);
    expect(several.filter((opType) => opType === 'Pad')).toHaveLength(1);
    expect(several.filter((opType) => opType === 'Concat')).toHaveLength(1);
  });
});

describe('pooling', () => {
  const gradient = (
    size: readonly [number, number],
    kernel: readonly [number, number],
    strides: readonly [number, number],
    windows: readonly [number, number],
    padding: readonly [number, number, number, number] = [0, 0, 0, 0],
  ) =>
    graphOf(
      [
        [1, 1, ...size],
        [1, 1, ...windows],
      ],
      (b, [x, dy]) => [b.add('maxPoolGradient', [x!, dy!], { kernel, strides, padding })],
    );

  it('gives gradients back to their places at once where windows lie apart and inside', () => {
    expect(linesOf(gradient([4, 6], [2, 2], [2, 3], [2, 2]))).toEqual([
      ['MaxPool', 'a', { kernel_shape: [2, 2], strides: [2, 3], pads: [0, 0, 0, 0] }],
      ['MaxUnpool', 'b', 'MaxPool_1', [1, 1, 4, 6], { kernel_shape: [2, 2], strides: [2, 3] }],
    ]);
  });

  it.each([
    ['overlap in rows', gradient([5, 4], [3, 2], [2, 2], [2, 2])],
    ['overlap in columns', gradient([4, 5], [2, 3], [2, 2], [2, 2])],
    ['hang over below', gradient([3, 4], [2, 2], [2, 2], [2, 2], [0, 0, 1, 0])],
    ['hang over on the right', gradient([4, 3], [2, 2], [2, 2], [2, 2], [0, 0, 0, 1])],
  ])('adds them up where windows %s', (_, graph) => {
    const [, height, width] = [0, ...(graph.nodes[0]!.shape.slice(2) as [number, number])];
    expect(linesOf(graph)).toEqual(
      expect.arrayContaining([
        ['Expand', 0, [height * width], {}],
        ['ScatterND', expect.any(String), expect.any(String), expect.any(String), { reduction: 'add' }],
        ['Reshape', expect.any(String), [1, 1, height, width], {}],
      ]),
    );
    expect(opsOf(graph)).not.toContain('MaxUnpool');
  });

  it('finds places in double precision where the engine gives none in single', () => {
    const graph = gradient([4, 4], [2, 2], [2, 2], [2, 2]);
    expect(linesOf(graph, { poolPositions: false })[0]).toEqual(['Cast', 'a', { to: 11 }]);
    expect(opsOf(graph, { poolPositions: false })).toEqual(['Cast', 'MaxPool', 'MaxUnpool']);
  });
});

describe('what only moves', () => {
  const reshaped = (from: readonly number[], to: readonly number[]) =>
    graphOf([from], (b, [x]) => [b.reshape(x!, to)]);

  it('is reshaped, or without any length where shapes are relative', () => {
    const relativeShapes = true;
    expect(linesOf(reshaped([1, 4, 5], [4, 5]))).toEqual([['Reshape', 'a', [4, 5], { allowzero: 1 }]]);
    expect(linesOf(reshaped([1, 4, 5], [4, 5]), { relativeShapes })).toEqual([['Squeeze', 'a', [0], {}]]);
    expect(linesOf(reshaped([4, 5], [4, 1, 5]), { relativeShapes })).toEqual([['Unsqueeze', 'a', [1], {}]]);
    expect(linesOf(reshaped([1, 4, 5], [4, 5, 1]), { relativeShapes })).toEqual([
      ['Squeeze', 'a', [0], {}],
      ['Unsqueeze', 'Squeeze_0', [2], {}],
    ]);
    expect(linesOf(reshaped([4, 5], [20]), { relativeShapes })).toEqual([
      ['Reshape', 'a', [20], { allowzero: 1 }],
    ]);
  });

  it('is sliced along those axes alone that are', () => {
    const sliced = (begin: readonly number[], size: readonly number[], steps?: readonly number[]) =>
      linesOf(graphOf([[4, 6]], (b, [x]) => [b.slice(x!, begin, size, steps)]));
    expect(sliced([1, 0], [2, 6])).toEqual([['Slice', 'a', [1], [3], [0], [1], {}]]);
    expect(sliced([0, 0], [4, 3], [1, 2])).toEqual([['Slice', 'a', [0], [6], [1], [2], {}]]);
    expect(sliced([0, 0], [4, 5])).toEqual([['Slice', 'a', [0], [5], [1], [1], {}]]);
    expect(sliced([3, 0], [4, 6], [-1, 1])).toEqual([['Slice', 'a', [3], [-(2 ** 30)], [0], [-1], {}]]);
    const gathered = graphOf([[4, 6]], (b, [x]) => [b.slice(x!, [3, 1], [4, 2], [-1, 1])]);
    expect(linesOf(gathered, { backwardSlices: false })).toEqual([
      ['Gather', 'a', [3, 2, 1, 0], { axis: 0 }],
      ['Slice', 'Gather_0', [1], [3], [1], [1], {}],
    ]);
  });

  it('is padded in one operator, but for symmetric borders', () => {
    const padded = (mode: 'constant' | 'edge' | 'reflect' | 'symmetric', by: number) =>
      graphOf([[3, 4]], (b, [x]) => [b.add('pad', [x!], { mode, before: [0, by], after: [0, 0], value: 7 })]);
    expect(linesOf(padded('constant', 1))).toEqual([['Pad', 'a', [0, 1, 0, 0], 7, { mode: 'constant' }]]);
    expect(linesOf(padded('edge', 1))).toEqual([['Pad', 'a', [0, 1, 0, 0], { mode: 'edge' }]]);
    expect(linesOf(padded('symmetric', 2))).toEqual([
      ['Slice', 'a', [1], [-(2 ** 30)], [1], [-1], {}],
      ['Concat', 'Slice_0', 'a', { axis: 1 }],
    ]);
    const relativeShapes = true;
    expect(linesOf(padded('symmetric', 1), { relativeShapes })).toEqual([
      ['Pad', 'a', [0, 1, 0, 0], { mode: 'edge' }],
    ]);
    expect(opsOf(padded('symmetric', 2), { relativeShapes })).toEqual(['Slice', 'Concat']);
  });

  it('is enlarged by sizes, or by factors where shapes are relative', () => {
    const resized = (channels: number, [height, width]: readonly [number, number]) =>
      graphOf([[1, channels, 2, 3]], (b, [x]) => [
        b.add('resize', [x!], { mode: 'nearest', coordinates: 'asymmetric', size: [height, width] } as never),
      ]);
    const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    expect(linesOf(resized(16, [4, 6]), { contrib: true })).toEqual([
      ['Resize', 'a', '', '', [1, 16, 4, 6], nearest],
    ]);
    expect(linesOf(resized(16, [4, 6]), { relativeShapes: true })).toEqual([
      ['Resize', 'a', '', [1, 1, 2, 2], nearest],
    ]);
    expect(linesOf(resized(15, [4, 6]), { contrib: true })).toEqual([
      ['Reshape', 'a', [15, 2, 3], {}],
      ['Reshape', 'Reshape_0', [1, 15, 2, 3], {}],
      ['Resize', 'Reshape_1', '', '', [1, 15, 4, 6], nearest],
    ]);
  });
});

describe('what is large', () => {
  const externalInitialisers = (
    build: (b: GraphBuilder, x: NodeId, large: NodeId) => NodeId,
    externalInitialiserBytes = 16,
  ) => {
    const graph = graphOf([[1, 2, 2, 2]], (b, [x]) => {
      const large = b.constant(floats([2, 2, 1, 1], 1, 2, 3, 4));
      return [build(b, x!, large)];
    });
    return Object.values(emit(graph, { ...standardOnnx, externalInitialiserBytes }).externalInitialisers)
      .length;
  };

  it('is held beside the model from so many bytes on, but for filters, also such as are moved before', () => {
    const add = (b: GraphBuilder, x: NodeId, y: NodeId) => b.binary('add', x, y);
    const conv = (b: GraphBuilder, x: NodeId, filter: NodeId) => b.add('conv', [x, filter], square);
    const row = (b: GraphBuilder, x: NodeId) => b.reshape(x, [1, 4, 1, 1]);
    expect(externalInitialisers((b, x, large) => add(b, x, b.reshape(large, [1, 1, 2, 2])))).toBe(1);
    expect(externalInitialisers((b, x, large) => add(b, x, b.reshape(large, [1, 1, 2, 2])), 17)).toBe(0);
    expect(externalInitialisers(conv)).toBe(0);
    expect(externalInitialisers((b, x, large) => conv(b, x, b.transpose(large, [1, 0, 2, 3])))).toBe(0);
    expect(
      externalInitialisers((b, x, large) => conv(b, x, b.reshape(b.reshape(large, [4]), [2, 2, 1, 1]))),
    ).toBe(0);
    expect(
      externalInitialisers((b, x, large) => conv(b, x, b.slice(large, [0, 0, 0, 0], [1, 2, 1, 1]))),
    ).toBe(0);
    // What is computed from it is not laid out beforehand.
    expect(externalInitialisers((b, x, large) => conv(b, x, b.unary('exp', large)))).toBe(1);
    expect(
      externalInitialisers((b, x, large) =>
        b.add('convInputGradient', [x, large], { ...square, size: [2, 2] }),
      ),
    ).toBe(0);
    expect(externalInitialisers((b, _, large) => row(b, large))).toBe(1);
  });

  it('and so are lists of rows that would be added up beforehand, however short', () => {
    const graph = (dtype: 'int32' | 'float32') => {
      const b = new GraphBuilder();
      const list = {
        dtype,
        shape: [1],
        data: dtype === 'int32' ? Int32Array.of(5) : Float32Array.of(5),
      } as HostTensor;
      const x = b.add('input', [], { name: 'x', shape: [1], dtype });
      return b.graph('lists', [{ name: 'y', node: b.binary('add', x, b.constant(list)) }]);
    };
    const count = (dtype: 'int32' | 'float32', externalInitialiserBytes: number) =>
      Object.keys(emit(graph(dtype), { ...standardOnnx, externalInitialiserBytes }).externalInitialisers)
        .length;
    expect([count('int32', 1000), count('float32', 1000)]).toEqual([1, 0]);
    expect(count('int32', Number.POSITIVE_INFINITY)).toBe(0);
  });
});
