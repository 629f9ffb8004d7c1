import { afterAll, describe, expect, it } from 'vitest';
import { type Graph, GraphBuilder } from '../graph/index.js';
import { createEngine } from '../run/engine.js';
import { runGraph } from '../testing/graphs.js';
import { simplify } from './algebra.js';
import { removeDeadCode } from './dead-code.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const scaling = (build: (b: GraphBuilder, x: number) => number): Graph => {
  const b = new GraphBuilder();
  const x = b.add('input', [], { name: 'x', shape: [6, 4], dtype: 'float32' });
  return b.graph('scaling', [{ name: 'out', node: build(b, x) }]);
};

const multiplications = ({ nodes }: Graph): number =>
  nodes.filter((node) => node.op === 'binary' && ['mul', 'div'].includes(node.attrs.fn)).length;

const levels = scaling((b, x) =>
  b.binary('mul', b.reshape(b.binary('div', x, b.fill(255)), [1, 6, 4]), b.fill(2)),
);
const back = scaling((b, x) => b.binary('mul', b.binary('mul', x, b.fill(0.5)), b.fill(255)));
const thirds = scaling((b, x) => b.binary('mul', b.binary('mul', x, b.fill(1 / 3)), b.fill(255)));

describe('scaling twice', () => {
  it.each([
    ['from levels to -1..1', levels],
    ['and back', back],
  ])('%s is scaling once, to the last bit', async (_, graph) => {
    const rewritten = removeDeadCode(simplify(graph));
    expect([multiplications(graph), multiplications(rewritten)]).toEqual([2, 1]);
    expect((await runGraph(engine, rewritten)).out).toEqual((await runGraph(engine, graph)).out);
  });

  it('stays as it is where the last bit would change', () => {
    expect(multiplications(removeDeadCode(simplify(thirds)))).toBe(2);
  });
});
