import { afterAll, describe, expect, it } from 'vitest';
import { type Graph, GraphBuilder, type NodeId } from '../graph/index.js';
import { createEngine } from '../run/engine.js';
import { runGraph } from '../testing/graphs.js';
import { removeDeadCode } from './dead-code.js';
import { clampSlopes } from './slopes.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

/** Zeros of both signs, the least and the largest normal numbers, infinities. */
const VALUES = [0, -0, 1.2e-38, -1.2e-38, 3.4e38, -3.4e38, 0.5, -0.5, 1, -1, Infinity, -Infinity];

const data = Float32Array.from(VALUES);
const feeds = { x: { dtype: 'float32' as const, shape: [data.length], data } };

type Slope = (b: GraphBuilder, x: NodeId) => NodeId;

const above: Slope = (b, x) => b.compare('greater', x, b.fill(0));

const slopes: Readonly<Record<string, Slope>> = {
  'of a rectified unit': (b, x) => b.cast(above(b, x), 'float32'),
  'of a leaky one': (b, x) =>
    b.binary('add', b.binary('mul', b.cast(above(b, x), 'float32'), b.fill(0.8)), b.fill(0.2)),
  'of an absolute value': (b, x) =>
    b.select(b.unary('isNaN', x), x, b.select(above(b, x), b.fill(1), b.fill(-1))),
};

const graphOf = (slope: Slope, scope: string): Graph => {
  const b = new GraphBuilder();
  b.enter(scope);
  const x = b.add('input', [], { name: 'x', shape: [data.length], dtype: 'float32' });
  return b.graph('slope', [{ name: 'y', node: slope(b, x) }]);
};

const clamped = (slope: Slope, scope: string): Graph => removeDeadCode(clampSlopes(graphOf(slope, scope)));

describe('slopes as clamps', () => {
  for (const [name, slope] of Object.entries(slopes)) {
    it(`${name} are the same, and compare nothing`, async () => {
      const graph = clamped(slope, 'backward/step');
      const operators = graph.nodes.map(({ op }) => op);
      for (const slow of ['compare', 'select', 'cast']) expect(operators).not.toContain(slow);
      const [wanted, found] = [
        await runGraph(engine, graphOf(slope, 'backward/step'), feeds),
        await runGraph(engine, graph, feeds),
      ];
      const of = (result: typeof wanted): readonly number[] => Array.from(result.y!.data);
      expect(of(found)).toEqual(of(wanted).map((each) => expect.closeTo(each, 6)));
    });

    it(`${name} stay as they are outside of gradients, where what is no number counts as 0`, () => {
      expect(clamped(slope, 'step')).toEqual(removeDeadCode(graphOf(slope, 'step')));
    });
  }

  it('are told from what only looks alike', () => {
    const others: readonly Slope[] = [
      (b, x) => b.cast(b.compare('greater', x, b.fill(1)), 'float32'),
      (b, x) => b.cast(b.compare('less', x, b.fill(0)), 'float32'),
      (b, x) =>
        b.binary('add', b.binary('mul', b.add('clip', [x], { min: 0, max: 1 }), b.fill(0.8)), b.fill(0.2)),
      (b, x) => b.select(b.unary('isNaN', x), x, b.select(above(b, x), b.fill(2), b.fill(-1))),
      (b, x) => b.select(b.unary('isNaN', x), x, b.select(above(b, x), b.fill(1), b.fill(-2))),
    ];
    for (const slope of others)
      expect(clamped(slope, 'backward/x')).toEqual(removeDeadCode(graphOf(slope, 'backward/x')));
  });
});
