import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { check, type Graph, GraphBuilder, type NodeId } from '../graph/index.js';
import { createEngine } from '../run/engine.js';
import { expectClose, runGraph, valuesFor } from '../testing/graphs.js';
import { cutIntoStages } from './stages.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

interface Filter {
  readonly channels: number;
  readonly height: number;
  readonly down: number;
  readonly padded: number;
  readonly laidOut: boolean;
}

const OUTPUTS = 3;
const columnsOnly: Filter = { channels: 1, height: 1, down: 1, padded: 0, laidOut: true };

/** A picture [1, rows, columns] convolved, laid out or not, and as many rows gathered of that. */
const filtered = (
  b: GraphBuilder,
  x: NodeId,
  { channels, height, down, padded, laidOut }: Filter,
): NodeId => {
  const [, rows = 1, columns = 1] = b.shape(x);
  const filter = b.constant(valuesFor([OUTPUTS, channels, height, 3], height));
  const made = b.add('conv', [b.reshape(x, [1, channels, rows / channels, columns]), filter], {
    strides: [down, 1],
    padding: [padded, 1, padded, 1],
    dilations: [1, 1],
    groups: 1,
  });
  const lines = OUTPUTS * b.shape(made)[2]!;
  const last = laidOut ? b.transpose(made, [0, 2, 3, 1]) : made;
  const list = Int32Array.from({ length: rows }, (_, i) => (5 * i) % lines);
  const index = b.constant({ dtype: 'int32', shape: [2, rows / 2], data: list });
  return b.reshape(b.add('gather', [b.reshape(last, [1, lines, columns]), index], { axis: 1 }), b.shape(x));
};

const chain = (rows: number, columns: number, filters: readonly Filter[]): Graph => {
  const b = new GraphBuilder();
  const x = b.add('input', [], { name: 'x', shape: [1, rows, columns], dtype: 'float32' });
  return b.graph('chain', [{ name: 'y', node: filters.reduce((made, each) => filtered(b, made, each), x) }]);
};

const staged = (graph: Graph): Graph => cutIntoStages(graph, { program: 0, large: 0, near: 0 });

const shapesOf = (graph: Graph, op: string): readonly string[] =>
  graph.nodes.filter((node) => node.op === op).map(({ shape }) => shape.join('x'));

describe('convolutions over columns in groups of rows', () => {
  it('give what they gave before, whatever stands beside them', async () => {
    const filter = fc.record({
      channels: fc.integer({ min: 1, max: 2 }),
      height: fc.integer({ min: 1, max: 2 }),
      down: fc.integer({ min: 1, max: 2 }),
      padded: fc.integer({ min: 0, max: 1 }),
      laidOut: fc.boolean(),
    });
    const filters = fc.array(fc.oneof(fc.constant(columnsOnly), filter), { minLength: 1, maxLength: 6 });
    const half = fc.integer({ min: 2, max: 20 });
    await fc.assert(
      fc.asyncProperty(half, fc.integer({ min: 1, max: 9 }), filters, async (rows, columns, chosen) => {
        const graph = chain(2 * rows, columns, chosen);
        const cut = staged(graph);
        expect(check(cut)).toEqual(E.right(cut));
        expectClose((await runGraph(engine, cut)).y!, (await runGraph(engine, graph)).y!, cut);
      }),
      { numRuns: 60 },
    );
  });

  it('leave no two large values of different stages in one shape', () => {
    const cut = staged(chain(12, 8, Array<Filter>(4).fill(columnsOnly)));
    for (const op of ['conv', 'transpose', 'gather']) expect(new Set(shapesOf(cut, op)).size, op).toBe(4);
  });

  it('are taken as they are where rows know of each other, or nothing lays them out', () => {
    const others: readonly Partial<Filter>[] = [
      { channels: 2 },
      { height: 2, padded: 1 },
      { down: 2 },
      { padded: 1 },
      { laidOut: false },
    ];
    for (const other of others) {
      const graph = chain(12, 8, Array<Filter>(4).fill({ ...columnsOnly, ...other }));
      expect(shapesOf(staged(graph), 'conv')).toEqual(shapesOf(graph, 'conv'));
    }
  });
});
