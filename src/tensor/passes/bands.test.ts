import * as E from 'fp-ts/lib/Either.js';
import * as R from 'fp-ts/lib/ReadonlyRecord.js';
import { afterAll, describe, expect, it } from 'vitest';
import { check, elementCount, type Graph, GraphBuilder, type Node } from '../graph/index.js';
import { instanceNorm, pad2d } from '../layers/index.js';
import { createEngine } from '../run/engine.js';
import { expectClose, runGraph, valuesFor } from '../testing/graphs.js';
import * as tf from '../tfjs.js';
import { record } from '../trace/record.js';
import { workInBands } from './bands.js';
import { removeDeadCode } from './dead-code.js';
import { passesFor } from './index.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const GIANT = 30e6;
const isGiant = ({ shape }: Node): boolean => 4 * elementCount(shape) >= GIANT;

/** A graph as it is when bands are made of it. */
const before = (graph: Graph): Graph => {
  const passes = passesFor('cpu');
  return passes
    .slice(
      0,
      passes.findIndex(({ name }) => name === 'bands'),
    )
    .reduce((g, { run }) => run(g), graph);
};

const inBands = (graph: Graph): Graph => removeDeadCode(workInBands(graph, GIANT));

const filters = {
  first: [7, 7, 3, 32],
  down: [3, 3, 32, 64],
  up: [3, 3, 32, 64],
  last: [7, 7, 32, 3],
} as const;

/** The beginning and end of a generator: convolutions at full size and half, with instance norms and borders. */
const generator = ({ x, ...w }: Record<'x' | keyof typeof filters, tf.Tensor4D>): tf.Tensor4D => {
  const border = (y: tf.Tensor4D) =>
    pad2d(
      y,
      [
        [3, 3],
        [3, 3],
      ],
      'reflect',
    );
  const first = tf.relu(instanceNorm(tf.conv2d(border(x), w.first, 1, 'valid')));
  const down = tf.conv2d(first, w.down, 2, 'same');
  const half = tf.leakyRelu(instanceNorm(down), 0.2);
  const up = tf.conv2dTranspose(half, w.up, [1, 512, 512, 32], 2, 'same');
  return tf.conv2d(border(tf.relu(instanceNorm(up))), w.last, 1, 'valid');
};

/** The generator's graph, anew. */
const recordedGraph = (): Graph => {
  const recorded = record('generator', generator as (inputs: never) => tf.Tensor, {
    x: { shape: [1, 512, 512, 3], dtype: 'float32' },
    ...R.map((shape: readonly number[]) => ({ shape, dtype: 'float32' }))(filters),
  });
  if (E.isLeft(recorded)) throw new Error(recorded.left[0].message);
  return before(recorded.right.graph);
};

describe('work in bands', () => {
  it('computes the same, and holds no large value but those that convolutions give', async () => {
    const whole = recordedGraph();
    const banded = inBands(whole);
    expect(check(banded)).toEqual(E.right(banded));
    const kinds = (graph: Graph) => new Set(graph.nodes.filter(isGiant).map(({ op }) => op));
    expect([...kinds(whole)].toSorted()).toEqual(expect.arrayContaining(['binary', 'unary']));
    // What is left of that size is what convolutions give.
    expect([...kinds(banded)]).toEqual(['concat']);
    const found = await runGraph(engine, banded);
    // Running a graph takes its constants away.
    const wanted = await runGraph(engine, recordedGraph());
    // Means are added up in another order: their last digit times the sum of 1568 weights.
    for (const [name, value] of Object.entries(wanted)) expectClose(found[name]!, value, banded, 1e-4);
  });

  it('leaves a value whole that something reads as a whole, or that is a result', () => {
    const b = new GraphBuilder();
    const x = b.add('input', [], { name: 'x', shape: [1, 512, 512, 32], dtype: 'float32' });
    const scaled = b.unary('relu', b.binary('mul', x, b.constant(valuesFor([32], 1))));
    const mean = b.reduce('mean', scaled, [1, 2], true);
    const turned = b.transpose(scaled, [0, 2, 1, 3]);
    const graph = b.graph('whole', [
      { name: 'mean', node: mean },
      { name: 'turned', node: turned },
    ]);
    expect(inBands(graph)).toEqual(graph);
  });
});
