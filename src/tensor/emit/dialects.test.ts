import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { engines } from '../engines.js';
import { type Graph, GraphBuilder, print } from '../graph/index.js';
import { openOnnx } from '../run/onnx-session.js';
import { eagerly, gradientsOf, relativeError, type Sample } from '../testing/agree.js';
import { cases } from '../testing/cases/index.js';
import { record } from '../trace/record.js';
import { type Dialect, emit, encodeModel, standardOnnx } from './index.js';

/** Dialects that together take both sides of every choice. ONNX Runtime's CPU provider runs them all. */
const dialects: Readonly<Record<string, Dialect>> = {
  'standard ONNX': standardOnnx,
  'the CPU’s': { ...standardOnnx, contrib: true, externalInitialiserBytes: 8 },
  'a GPU’s': engines.webgpu.dialect,
  'that of files for any size': { ...standardOnnx, relativeShapes: true },
};

type Values = Readonly<Record<string, HostTensor>>;

/** What a graph computes when it is written in a dialect. */
const computed = async (graph: Graph, dialect: Dialect, feeds: Values): Promise<Values> => {
  const model = emit(graph, dialect);
  const { externalInitialisers } = model;
  const bytes = encodeModel(model);
  const job = {
    kind: 'onnx',
    model: bytes,
    externalInitialisers,
    provider: 'cpu',
    threads: 1,
    arena: false,
  } as const;
  const session = await openOnnx(job);
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
};

const expectEverywhere = async (graph: Graph, feeds: Values, expected: Values, tolerance: number) => {
  for (const [name, dialect] of Object.entries(dialects)) {
    const found = await computed(graph, dialect, feeds);
    for (const [output, wanted] of Object.entries(expected))
      expect(
        relativeError(found[output]!, wanted),
        `${output} in ${name} dialect\n${print(graph)}`,
      ).toBeLessThanOrEqual(tolerance);
  }
};

const recorded = ({ inputs, run }: Sample): Graph => {
  const program = (given: never) => {
    const results = run(given);
    return Object.fromEntries([results].flat().map((tensor, i) => [`result${i}`, tensor]));
  };
  const result = record('sample', program, inputs);
  if (E.isLeft(result)) throw new Error(result.left[0].message);
  return result.right.graph;
};

const expectAsEager = async (sample: Sample, tolerance: number): Promise<void> => {
  const expected = Object.fromEntries(eagerly(sample).map((tensor, i) => [`result${i}`, tensor]));
  await expectEverywhere(recorded(sample), sample.inputs, expected, tolerance);
};

describe('every dialect computes what tfjs’s cpu backend does', () => {
  it.each(Object.entries(cases))('%s', async (_, { samples, tolerance = 1e-5 }) => {
    await fc.assert(
      fc.asyncProperty(samples, async (sample) => {
        await expectAsEager(sample, tolerance);
        if (sample.by !== undefined) await expectAsEager(gradientsOf(sample), 10 * tolerance);
      }),
      { numRuns: 4 },
    );
  });
});

const floats = (...data: readonly number[]): HostTensor => ({
  dtype: 'float32',
  shape: [data.length],
  data: Float32Array.from(data),
});

describe('what no kernel of tfjs’s asks for, in every dialect', () => {
  it.each([
    ['uint8', [-3, 0, 0.49, 0.5, 1.5, 2.5, 254.4, 255, 256, 1e9], [0, 0, 0, 0, 2, 2, 254, 255, 255, 255]],
    ['uint16', [-1, 1.5, 256, 65534.4, 65535.6, 1e9], [0, 2, 256, 65534, 65535, 65535]],
  ] as const)('quantises to %s: half to even, and cut off', async (to, given, wanted) => {
    const b = new GraphBuilder();
    const x = b.add('input', [], { name: 'x', shape: [given.length], dtype: 'float32' });
    const graph = b.graph('quantise', [{ name: 'y', node: b.add('quantize', [x], { to }) }]);
    const data = to === 'uint8' ? Uint8Array.from(wanted) : Uint16Array.from(wanted);
    const y = { dtype: to, shape: [wanted.length], data } as HostTensor;
    await expectEverywhere(graph, { x: floats(...given) }, { y }, 0);
  });

  it('gives inputs, constants and one value twice as outputs', async () => {
    const b = new GraphBuilder();
    const x = b.add('input', [], { name: 'x', shape: [2], dtype: 'float32' });
    const constant = b.constant(floats(3, 4));
    const fill = b.fill(7, [2]);
    const doubled = b.binary('add', x, x);
    const outputs = { same: x, constant, fill, one: doubled, other: doubled };
    const graph = b.graph(
      'outputs',
      Object.entries(outputs).map(([name, node]) => ({ name, node })),
    );
    await expectEverywhere(
      graph,
      { x: floats(1, 2) },
      {
        same: floats(1, 2),
        constant: floats(3, 4),
        fill: floats(7, 7),
        one: floats(2, 4),
        other: floats(2, 4),
      },
      0,
    );
  });
});

describe('a model', () => {
  it('takes what is large beside it, but for the filters of convolutions', () => {
    const b = new GraphBuilder();
    const x = b.add('input', [], { name: 'x', shape: [1, 1, 4, 4], dtype: 'float32' });
    const zeros = (...shape: number[]): HostTensor => ({
      dtype: 'float32',
      shape,
      data: new Float32Array(shape.reduce((a, n) => a * n, 1)),
    });
    const filter = b.constant(zeros(1, 1, 4, 4));
    const large = b.constant(zeros(4, 4));
    const small = b.constant(zeros(1, 4));
    const attrs = { strides: [1, 1], dilations: [1, 1], padding: [0, 0, 0, 0], groups: 1 } as const;
    const conv = b.add('conv', [x, filter], attrs);
    const sum = b.binary('add', b.binary('add', conv, large), small);
    const graph = b.graph('beside', [{ name: 'y', node: sum }]);
    const { externalInitialisers, inputs } = emit(graph, { ...standardOnnx, externalInitialiserBytes: 64 });
    expect(Object.values(externalInitialisers).map(({ shape }) => shape)).toEqual([[4, 4]]);
    expect(inputs.map(({ name }) => name)).toEqual(['x', ...Object.keys(externalInitialisers)]);
    expect(emit(graph, standardOnnx).externalInitialisers).toEqual({});
  });
});
