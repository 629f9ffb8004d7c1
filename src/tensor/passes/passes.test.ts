import * as fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, describe, expect, it } from 'vitest';
import { check, elementCount, type Graph, GraphBuilder, type NodeId } from '../graph/index.js';
import { createEngine } from '../run/engine.js';
import { expectClose, runGraph, valuesFor } from '../testing/graphs.js';
import { optimise, passesFor } from './index.js';
import { cutIntoStages } from './stages.js';

const engine = createEngine('cpu');
afterAll(() => engine.dispose());

const run = (graph: Graph) => runGraph(engine, graph);

/** One step of a random program: picks operands among what is there and adds an operator that fits them. */
type Step = (b: GraphBuilder, values: readonly NodeId[], pick: (n: number) => number) => NodeId;

const any = (values: readonly NodeId[], pick: (n: number) => number): NodeId => values[pick(values.length)]!;

const shuffled = (n: number, pick: (n: number) => number): number[] => {
  const left = Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: n }, () => left.splice(pick(left.length), 1)[0]!);
};

const steps: Readonly<Record<string, Step>> = {
  transpose: (b, v, pick) => {
    const x = any(v, pick);
    return b.transpose(x, shuffled(b.shape(x).length, pick));
  },
  unary: (b, v, pick) =>
    b.unary((['neg', 'relu', 'tanh', 'identity', 'abs'] as const)[pick(5)]!, any(v, pick)),
  sameShape: (b, v, pick) => {
    const x = any(v, pick);
    const twins = v.filter((y) => b.shape(y).join() === b.shape(x).join());
    return b.binary((['add', 'sub', 'mul', 'max'] as const)[pick(4)]!, x, any(twins, pick));
  },
  byFill: (b, v, pick) => {
    const x = any(v, pick);
    const fill = b.fill([0, 1, -1, 2, 0.5, 3][pick(6)]!, pick(2) === 0 ? [] : b.shape(x));
    const fn = (['add', 'sub', 'mul', 'div', 'pow'] as const)[pick(5)]!;
    // Powers of negative numbers and quotients by zero are not numbers; the rewrites keep them, comparing does not.
    if (fn === 'div' || fn === 'pow')
      return b.binary(fn, b.binary('add', b.unary('abs', x), b.fill(0.5)), b.fill([1, 2, 0.5][pick(3)]!));
    return pick(2) === 0 ? b.binary(fn, x, fill) : b.binary(fn, fill, x);
  },
  byRow: (b, v, pick) => {
    const x = any(v, pick);
    const last = b.shape(x).at(-1) ?? 1;
    return b.binary('mul', x, b.constant(valuesFor([last], pick(9))));
  },
  reduce: (b, v, pick) => {
    const x = any(v, pick);
    const axes = b.shape(x).flatMap((_, i) => (pick(2) === 0 ? [i] : []));
    return b.reduce((['sum', 'mean', 'max'] as const)[pick(3)]!, x, axes, pick(2) === 0);
  },
  reshape: (b, v, pick) => {
    const x = any(v, pick);
    const shape = [...b.shape(x)];
    if (pick(2) === 0) shape.splice(pick(shape.length + 1), 0, 1);
    else if (shape.length > 1) shape.splice(0, 2, shape[0]! * shape[1]!);
    return b.reshape(x, shape);
  },
  pad: (b, v, pick) => {
    const x = any(v, pick);
    const side = (): number[] => b.shape(x).map(() => pick(2));
    return b.pad(x, side(), side(), pick(2));
  },
  slice: (b, v, pick) => {
    const x = any(v, pick);
    const shape = b.shape(x);
    const begin = shape.map((d) => pick(d));
    return b.slice(
      x,
      begin,
      shape.map((d, i) => 1 + pick(d - begin[i]!)),
    );
  },
  backwards: (b, v, pick) => {
    const x = any(v, pick);
    const shape = b.shape(x);
    if (shape.length === 0) return x;
    const axis = pick(shape.length);
    return b.sliceAxis(x, axis, shape[axis]! - 1, shape[axis]!, -1);
  },
  concat: (b, v, pick) => {
    const x = any(v, pick);
    const rank = b.shape(x).length;
    return rank === 0 ? x : b.concat([x, x], pick(rank));
  },
  expand: (b, v, pick) => {
    const x = any(v, pick);
    return b.expand(
      x,
      b.shape(x).map((d) => (d === 1 ? 1 + pick(3) : d)),
    );
  },
  centre: (b, v, pick) => {
    const x = any(v, pick);
    const shape = b.shape(x);
    const bias = b.constant(valuesFor([shape.at(-1) ?? 1], pick(9)));
    const axes = shape.flatMap((_, i) => (pick(2) === 0 ? [i] : []));
    const sum = pick(2) === 0 ? b.binary('add', x, bias) : b.binary('add', bias, x);
    return b.binary('sub', sum, b.reduce('mean', sum, axes, true));
  },
  argmax: (b, v, pick) => {
    const x = any(v, pick);
    const rank = b.shape(x).length;
    return rank === 0 ? x : b.cast(b.add('argReduce', [x], { fn: 'max', axis: pick(rank) }), 'float32');
  },
  cumulate: (b, v, pick) => {
    const x = any(v, pick);
    const rank = b.shape(x).length;
    return rank === 0
      ? x
      : b.add('cumulate', [x], { axis: pick(rank), exclusive: pick(2) === 0, reverse: pick(2) === 0 });
  },
  select: (b, v, pick) => {
    const x = any(v, pick);
    return b.select(b.compare('greater', x, b.fill(0)), x, b.fill(pick(3)));
  },
  gather: (b, v, pick) => {
    const x = any(v, pick);
    const shape = b.shape(x);
    if (shape.length === 0) return x;
    const axis = pick(shape.length);
    const data = Int32Array.from({ length: 1 + pick(4) }, () => pick(shape[axis]!));
    return b.add('gather', [x, b.constant({ dtype: 'int32', shape: [data.length], data })], { axis });
  },
  product: (b, v, pick) => {
    const x = any(
      v.filter((i) => b.shape(i).length >= 2),
      pick,
    );
    return b.add('matmul', [x, b.transpose(x, swapLast(b.shape(x).length))], {
      transposeA: false,
      transposeB: false,
    });
  },
};

const swapLast = (rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : rank - 2 + (rank - 1 - i)));

const MOST_ELEMENTS = 4000;

// Random programs build values of some tens and subtract them from themselves.
const FLOOR = 10;

const program = fc
  .record({
    shape: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
    steps: fc.array(fc.constantFrom(...Object.keys(steps)), { minLength: 2, maxLength: 12 }),
    choices: fc.infiniteStream(fc.nat(10_000)),
  })
  .map(({ shape, steps: names, choices }) => {
    const b = new GraphBuilder();
    const values = ['x', 'y'].map((name) => b.add('input', [], { name, shape, dtype: 'float32' }));
    const pick = (n: number): number => (choices.next().value as number) % n;
    for (const name of names) {
      const made = steps[name]!(b, values, pick);
      if (elementCount(b.shape(made)) <= MOST_ELEMENTS) values.push(made);
    }
    const outputs = values.slice(-3).map((node, i) => ({ name: `out${i}`, node }));
    return b.graph('random', outputs);
  });

describe('every pass', () => {
  const distinct = new Map(passesFor('cpu').map((pass) => [pass.name, pass.run]));
  for (const [name, pass] of distinct) {
    it(`'${name}' keeps what a graph computes, and gives a graph that checks`, async () => {
      await fc.assert(
        fc.asyncProperty(program, async (graph) => {
          const rewritten = pass(graph);
          expect(check(rewritten)).toEqual(E.right(rewritten));
          const [wanted, found] = [await run(graph), await run(rewritten)];
          for (const key of Object.keys(wanted))
            expectClose(found[key]!, wanted[key]!, rewritten, 1e-5, FLOOR);
        }),
        { numRuns: 40 },
      );
    });
  }

  it('stages keep it when every value is large', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (graph) => {
        const staged = cutIntoStages(graph, { program: 0, large: 0, near: 0 });
        expect(check(staged)).toEqual(E.right(staged));
        const [wanted, found] = [await run(graph), await run(staged)];
        for (const key of Object.keys(wanted)) expectClose(found[key]!, wanted[key]!, staged, 1e-5, FLOOR);
      }),
      { numRuns: 60 },
    );
  });

  it('all of them together keep it as well', async () => {
    await fc.assert(
      fc.asyncProperty(program, async (graph) => {
        const rewritten = optimise(graph, 'cpu');
        if (E.isLeft(rewritten)) throw new Error(rewritten.left[0].message);
        const [wanted, found] = [await run(graph), await run(rewritten.right)];
        for (const key of Object.keys(wanted))
          expectClose(found[key]!, wanted[key]!, rewritten.right, 1e-5, FLOOR);
      }),
      { numRuns: 150 },
    );
  });
});
