import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type Convolution,
  check,
  convOutputSize,
  type Graph,
  GraphBuilder,
  type NodeId,
  type Pair,
} from '../../graph/index.js';
import { createEngine } from '../../run/engine.js';
import { expectClose, runGraph, valuesFor } from '../../testing/graphs.js';
import { simplify } from '../algebra.js';
import { removeDeadCode } from '../dead-code.js';
import { expandConvolutions } from './index.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

/** Few and many channels, on either side of every threshold. */
const channels = fc.constantFrom(1, 3, 20, 32, 40, 96);

const kernels = fc.constantFrom<Pair>([1, 1], [3, 3], [3, 3], [4, 4], [4, 4], [5, 3], [6, 6], [7, 7]);

const geometry = fc
  .record({
    batch: fc.integer({ min: 1, max: 2 }),
    inputs: channels,
    outputs: channels,
    size: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 10 })),
    kernel: kernels,
    strides: fc.constantFrom<Pair>([1, 1], [1, 1], [2, 2], [2, 1]),
    dilations: fc.constantFrom<Pair>([1, 1], [1, 1], [2, 1]),
    padding: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(3), fc.nat(3)),
  })
  .map((g) => {
    const convolution: Convolution = {
      strides: g.strides,
      dilations: g.dilations,
      padding: g.padding,
      groups: 1,
    };
    return { ...g, convolution, output: convOutputSize(g.size, g.kernel, convolution) };
  })
  .filter(({ output: [h, w] }) => h > 0 && w > 0);

type Geometry = typeof geometry extends fc.Arbitrary<infer G> ? G : never;

const input = (b: GraphBuilder, name: string, shape: readonly number[]): NodeId =>
  b.add('input', [], { name, shape, dtype: 'float32' });

const graphOf = (build: (b: GraphBuilder) => NodeId): Graph => {
  const b = new GraphBuilder();
  const node = build(b);
  return b.graph('convolution', [{ name: 'y', node }]);
};

/** A convolution and its two gradients, and a convolution of a constant filter with a bias. */
const programs: Readonly<Record<string, (g: Geometry) => Graph>> = {
  forward: ({ batch, inputs, outputs, size, kernel, convolution }) =>
    graphOf((b) => {
      const x = input(b, 'x', [batch, inputs, ...size]);
      return b.add('conv', [x, input(b, 'w', [outputs, inputs, ...kernel])], convolution);
    }),
  'forward, of constants': ({ batch, inputs, outputs, size, kernel, convolution }) =>
    graphOf((b) => {
      const x = input(b, 'x', [batch, inputs, ...size]);
      const filter = b.constant(valuesFor([outputs, inputs, ...kernel], 1));
      return b.add('conv', [x, filter, b.constant(valuesFor([outputs], 2))], convolution);
    }),
  'gradient by the input': ({ batch, inputs, outputs, size, kernel, output, convolution }) =>
    graphOf((b) => {
      const dy = input(b, 'dy', [batch, outputs, ...output]);
      return b.add('convInputGradient', [dy, input(b, 'w', [outputs, inputs, ...kernel])], {
        ...convolution,
        size,
      });
    }),
  'gradient by the filter': ({ batch, inputs, outputs, size, kernel, output, convolution }) =>
    graphOf((b) => {
      const x = input(b, 'x', [batch, inputs, ...size]);
      return b.add('convFilterGradient', [x, input(b, 'dy', [batch, outputs, ...output])], {
        ...convolution,
        kernel,
      });
    }),
};

const expectSame = async (graph: Graph): Promise<void> => {
  const expanded = expandConvolutions(graph);
  expect(check(expanded)).toEqual(E.right(expanded));
  const [wanted, found] = [await runGraph(engine, graph), await runGraph(engine, simplify(expanded))];
  // Winograd's transforms cost about one digit: 6e-6 of the largest value at 256 channels.
  expectClose(found.y!, wanted.y!, expanded, 3e-5);
};

describe('expanded convolutions', () => {
  for (const [name, graph] of Object.entries(programs)) {
    it(`${name}: the same as ONNX Runtime’s own`, async () => {
      await fc.assert(
        fc.asyncProperty(geometry, async (g) => expectSame(graph(g))),
        { numRuns: 60 },
      );
    });
  }

  it('take a padding of any mode in front into their lists', async () => {
    const bordered = fc.record({
      mode: fc.constantFrom('constant' as const, 'reflect' as const, 'edge' as const, 'wrap' as const),
      border: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
      outputs: channels,
      kernel: kernels,
    });
    await fc.assert(
      fc.asyncProperty(bordered, async ({ mode, border: [top, left, bottom, right], outputs, kernel }) => {
        const graph = graphOf((b) => {
          const x = input(b, 'x', [2, 8, 7, 40]);
          const padding = { mode, before: [0, top, left, 0], after: [0, bottom, right, 0], value: 0 };
          const first = b.transpose(b.add('pad', [x], padding), [0, 3, 1, 2]);
          const w = input(b, 'w', [outputs, 40, ...kernel]);
          return b.add('conv', [first, w], {
            strides: [1, 1],
            dilations: [1, 1],
            padding: [0, 0, 0, 0],
            groups: 1,
          });
        });
        await expectSame(graph);
        const expanded = removeDeadCode(simplify(expandConvolutions(graph)));
        expect(expanded.nodes.filter((n) => n.op === 'pad')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('add long lists up from starts and steps, to the same', async () => {
    // Few channels in and many out, and the other way round, over mirrored borders: windows of lines, and strips.
    for (const [inputs, outputs] of [
      [3, 32],
      [32, 3],
    ] as const) {
      const graph = graphOf((b) => {
        const x = input(b, 'x', [1, 210, 203, inputs]);
        const padding = { mode: 'reflect', before: [0, 3, 3, 0], after: [0, 3, 3, 0], value: 0 } as const;
        const first = b.transpose(b.add('pad', [x], padding), [0, 3, 1, 2]);
        return b.add('conv', [first, input(b, 'w', [outputs, inputs, 7, 7])], {
          strides: [1, 1],
          dilations: [1, 1],
          padding: [0, 0, 0, 0],
          groups: 1,
        });
      });
      await expectSame(graph);
    }
    const graph = graphOf((b) => {
      const x = input(b, 'x', [1, 3, 210, 203]);
      return b.add('conv', [x, input(b, 'w', [32, 3, 7, 7])], {
        strides: [1, 1],
        dilations: [1, 1],
        padding: [0, 0, 0, 0],
        groups: 1,
      });
    });
    const sums = expandConvolutions(graph).nodes.filter((n) => n.op === 'binary' && n.dtype === 'int32');
    expect(sums.length).toBeGreaterThan(0);
  });
});
