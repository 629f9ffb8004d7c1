import * as E from 'fp-ts/lib/Either.js';
import { expect } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { elementCount, type Graph, print } from '../graph/index.js';
import type { Engine } from '../run/engine.js';

const NO_PROGRAM = { inputs: [], constants: [], calls: [], outputs: [] };

/** Numbers in -2..2 that are the same every time. */
export const valuesFor = (shape: readonly number[], seed: number): HostTensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from({ length: elementCount(shape) }, (_, i) => {
    const scrambled = Math.sin(i * 12.9898 + seed) * 43758.5453;
    return (scrambled - Math.floor(scrambled)) * 4 - 2;
  }),
});

/** What a graph computes on fixed inputs, or those given, as it is: no pass is run. */
export const runGraph = async (
  engine: Engine,
  graph: Graph,
  given: Readonly<Record<string, HostTensor>> = {},
): Promise<Readonly<Record<string, HostTensor>>> => {
  const compiled = await engine.compile({ operator: graph.name, graph, program: NO_PROGRAM })();
  if (E.isLeft(compiled)) throw new Error(`${compiled.left[0].message}\n${print(graph)}`);
  const feeds = Object.fromEntries(
    graph.nodes.flatMap((n, i) => (n.op === 'input' ? [[n.attrs.name, valuesFor(n.shape, i)]] : [])),
  );
  const results = await compiled.right.runOnCopies({ ...feeds, ...given })();
  compiled.right.dispose();
  if (E.isLeft(results)) throw new Error(results.left[0].message);
  return results.right;
};

/**
 * Expects two results to agree to `tolerance` of the largest magnitude, or of `floor` where they are smaller: what is left
 * when large values cancel is rounding. Shows the graph where they do not.
 */
export const expectClose = (
  found: HostTensor,
  wanted: HostTensor,
  graph: Graph,
  tolerance = 1e-5,
  floor = 1e-3,
): void => {
  expect(found.shape, print(graph)).toEqual(wanted.shape);
  const scale = Array.from(wanted.data).reduce(
    (most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most),
    floor,
  );
  found.data.forEach((value, i) => {
    const other = wanted.data[i]!;
    if (Object.is(value, other) || Math.abs(value - other) <= tolerance * scale) return;
    expect.fail(`${value} instead of ${other} at ${i} of\n${print(graph)}`);
  });
};
