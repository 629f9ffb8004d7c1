import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import {
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
import { resampleByAxes } from './index.js';
import { broadcastRepeats } from './repeats.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const ALWAYS = { elements: 0 };

const graphOf = (build: (b: GraphBuilder) => NodeId): Graph => {
  const b = new GraphBuilder();
  const node = build(b);
  return b.graph('resampling', [{ name: 'y', node }]);
};

/** Runs a graph as it is and rewritten; gives what is left of the operators that were to go. */
const leftOf = async (
  graph: Graph,
  pass: (graph: Graph) => Graph,
  gone: (node: Graph['nodes'][number]) => boolean,
) => {
  const rewritten = removeDeadCode(simplify(pass(graph)));
  expect(check(rewritten)).toEqual(E.right(rewritten));
  const [wanted, found] = [await runGraph(engine, graph), await runGraph(engine, rewritten)];
  expectClose(found.y!, wanted.y!, rewritten);
  return rewritten.nodes.filter(gone);
};

const size = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }));
const picture = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 5 }),
  size,
});

describe('resampling by axes', () => {
  it('interpolates by whole factors as ONNX Runtime does', async () => {
    const factor = fc.constantFrom(2, 3, 4, 1 / 2, 1);
    const coordinates = fc.constantFrom('half-pixel' as const, 'asymmetric' as const);
    await fc.assert(
      fc.asyncProperty(picture, factor, factor, coordinates, async (p, down, across, coordinates) => {
        const from = [p.size[0] * 2, p.size[1] * 2] as const;
        const graph = graphOf((b) => {
          const x = b.add('input', [], {
            name: 'x',
            shape: [p.batch, ...from, p.channels],
            dtype: 'float32',
          });
          return b.add('resize', [b.transpose(x, [0, 3, 1, 2])], {
            mode: 'linear',
            coordinates,
            size: [from[0] * down, from[1] * across],
          });
        });
        const left = await leftOf(
          graph,
          (g) => resampleByAxes(g, ALWAYS),
          (n) => n.op === 'resize',
        );
        expect(left).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('filters by separable windows with any border and stride as ONNX Runtime does', async () => {
    const taps = fc.integer({ min: 1, max: 7 });
    const windows = fc.record({
      kernel: fc.tuple(taps, taps),
      strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      mode: fc.constantFrom(
        'own' as const,
        'constant' as const,
        'reflect' as const,
        'edge' as const,
        'wrap' as const,
      ),
      border: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
    });
    await fc.assert(
      fc.asyncProperty(picture, windows, async (p, { kernel, strides, mode, border }) => {
        const [top, left, bottom, right] = border;
        const from: Pair = [p.size[0] + 3, p.size[1] + 3];
        const padded: Pair = [from[0] + top + bottom, from[1] + left + right];
        const none = { strides, padding: [0, 0, 0, 0], dilations: [1, 1], groups: p.channels } as const;
        fc.pre(convOutputSize(padded, kernel, none).every((n) => n > 0));
        const column = valuesFor([kernel[0]], 1).data;
        const filter = Float32Array.from({ length: p.channels * kernel[0] * kernel[1] }, (_, i) => {
          const [c, row] = [Math.floor(i / (kernel[0] * kernel[1])), Math.floor(i / kernel[1]) % kernel[0]];
          return column[row]! * Math.cos(c + (i % kernel[1]));
        });
        const graph = graphOf((b) => {
          const x = b.add('input', [], {
            name: 'x',
            shape: [p.batch, ...from, p.channels],
            dtype: 'float32',
          });
          const first =
            mode === 'own'
              ? x
              : b.add('pad', [x], {
                  mode,
                  before: [0, top, left, 0],
                  after: [0, bottom, right, 0],
                  value: 0,
                });
          const w = b.constant({ dtype: 'float32', shape: [p.channels, 1, ...kernel], data: filter });
          return b.add('conv', [b.transpose(first, [0, 3, 1, 2]), w], {
            ...none,
            padding: mode === 'own' ? border : none.padding,
          });
        });
        const kept = await leftOf(
          graph,
          (g) => resampleByAxes(g, ALWAYS),
          (n) => n.op === 'pad' || (n.op === 'conv' && n.attrs.groups > 1),
        );
        expect(kept).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves windows alone that are no column times a row', () => {
    const graph = graphOf((b) => {
      const x = b.add('input', [], { name: 'x', shape: [1, 2, 9, 9], dtype: 'float32' });
      const w = b.constant(valuesFor([2, 1, 3, 3], 5));
      return b.add('conv', [x, w], { strides: [1, 1], padding: [0, 0, 0, 0], dilations: [1, 1], groups: 2 });
    });
    expect(resampleByAxes(graph, ALWAYS)).toEqual(graph);
  });

  it('broadcasts what is enlarged by repeating, in either order of axes', async () => {
    const sizes = fc.record({
      shape: fc.tuple(
        fc.constant(2),
        fc.constantFrom(1, 3),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
      ),
      factors: fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 4 })),
      last: fc.boolean(),
      first: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ shape, factors, last, first }) => {
        const [n, depth, h, w] = shape;
        const [height, width] = [h * factors[0], w * factors[1]];
        const graph = graphOf((b) => {
          const small = b.add('input', [], { name: 'small', shape, dtype: 'float32' });
          const full = last ? [n, height, width, 3] : [n, 3, height, width];
          const other = b.add('input', [], { name: 'other', shape: full, dtype: 'float32' });
          const large = b.add('resize', [small], {
            mode: 'nearest',
            coordinates: 'asymmetric',
            size: [height, width],
          });
          const mask = last ? b.transpose(large, [0, 2, 3, 1]) : large;
          return first ? b.binary('sub', mask, other) : b.binary('sub', other, mask);
        });
        const left = await leftOf(
          graph,
          (g) => broadcastRepeats(depth === 1 ? simplify(g) : g, ALWAYS),
          (node) => node.op === 'resize',
        );
        expect(left).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
