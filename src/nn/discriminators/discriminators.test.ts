import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { isOp } from '../../tensor/graph/index.js';
import { createEngine } from '../../tensor/run/engine.js';
import { compiled, eagerly, relativeError, type Sample } from '../../tensor/testing/agree.js';
import { floats } from '../../tensor/testing/tensors.js';
import * as tf from '../../tensor/tfjs.js';
import { record } from '../../tensor/trace/record.js';
import { initialise } from '../initialise.js';
import type { Discriminator, Parameters } from '../network.js';
import { discriminatorOf, patch, pyramid, views } from './index.js';

const engine = createEngine('cpu');
beforeAll(() => tf.setBackend('cpu'));
afterAll(() => engine.dispose());

const judged = (network: Discriminator, x: HostTensor): Sample => ({
  inputs: { ...initialise(network, 1), x },
  run: ({ x: pictures, ...parameters }) => network.apply(parameters, pictures as tf.Tensor4D),
});

const picture = (shape: readonly number[], seed = 1): HostTensor =>
  fc.sample(floats(shape, { min: -1, max: 1 }), { numRuns: 1, seed })[0]!;

describe('discriminatorOf', () => {
  it('knows kinds and their options, and no others', () => {
    expect(discriminatorOf({ kind: 'patch', options: { layers: 2, width: 4 } })!.parameters).toEqual(
      patch({ layers: 2, width: 4 }).parameters,
    );
    expect(discriminatorOf({ kind: 'pyramid', options: { scales: 2 } })!.parameters).toEqual(
      pyramid({ scales: 2 }).parameters,
    );
    expect(discriminatorOf({ kind: 'views', options: { layers: 2, width: 4 } })!.parameters).toEqual(
      views({ layers: 2, width: 4 }).parameters,
    );
    expect(discriminatorOf({ kind: 'toString', options: {} })).toBeUndefined();
  });
});

describe('patch', () => {
  it.each([
    [1, [1, 30, 46, 1]],
    [3, [1, 6, 10, 1]],
    [4, [1, 2, 4, 1]],
  ])('with %d halving layers gives one map of logits', async (layers, shape) => {
    const maps = await compiled(engine, judged(patch({ layers, width: 2 }), picture([1, 64, 96, 3])));
    expect(maps.map((m) => m.shape)).toEqual([shape]);
  });

  it.each([
    [1, 16],
    [2, 34],
    [3, 70],
    [4, 142],
    [5, 286],
  ])('with %d halving layers sees %d pixels along a side with each logit', (layers, field) => {
    const { parameters, apply } = patch({ layers, width: 1 });
    const spec = (shape: readonly number[]) => ({ shape, dtype: 'float32' });
    const specs = {
      p: Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, spec(shape)])),
      x: spec([1, 512, 512, 3]),
    };
    const recorded = record('patch', ({ p, x }: { p: Parameters; x: tf.Tensor4D }) => apply(p, x), specs);
    const { nodes } = E.isRight(recorded) ? recorded.right.graph : { nodes: [] };
    const seen = nodes.reduceRight(
      (side, node) =>
        isOp(node, 'conv') ? (side - 1) * node.attrs.strides[0] + nodes[node.inputs[1]!]!.shape[2]! : side,
      1,
    );
    expect(seen).toBe(field);
  });
});

describe('pyramid', () => {
  it('gives one logit for each scale, whatever the size of the picture', async () => {
    const network = pyramid({ scales: 3, width: 2, size: 64 });
    for (const shape of [
      [2, 64, 64, 3],
      [1, 37, 90, 3],
    ]) {
      const maps = await compiled(engine, judged(network, picture(shape)));
      expect(maps.map((m) => m.shape)).toEqual(Array(3).fill([shape[0], 1, 1, 1]));
    }
  });
});

describe('views', () => {
  it('gives a map of the layout, a quarter as large, and one of the colours', async () => {
    const maps = await compiled(engine, judged(views({ layers: 2, width: 2 }), picture([2, 64, 96, 3])));
    expect(maps.map((m) => m.shape)).toEqual([
      [2, 4, 6, 1],
      [2, 16, 24, 1],
    ]);
  });

  it('knows in the layout alone how high in the frame something is', () => {
    const network = views({ layers: 1, width: 8 });
    const flat = {
      dtype: 'float32',
      shape: [1, 64, 64, 3],
      data: new Float32Array(64 * 64 * 3).fill(0.3),
    } as const;
    const [layout, colours] = eagerly(judged(network, flat)) as readonly [HostTensor, HostTensor];
    const spread = ({ data }: HostTensor): number => Math.max(...data) - Math.min(...data);
    expect(spread(layout)).toBeGreaterThan(1e-6);
    expect(spread(colours)).toBeLessThan(1e-6);
  });
});

describe.each([
  ['patch', patch({ layers: 2, width: 4 })],
  ['pyramid', pyramid({ scales: 2, width: 4, size: 32 })],
  ['views', views({ layers: 2, width: 4 })],
] as const)('%s', (_, network) => {
  it('judges alike compiled and not', async () => {
    const x = picture([2, 32, 40, 3], 5);
    const expected = eagerly(judged(network, x));
    const found = await compiled(engine, judged(network, x));
    found.forEach((map, i) => {
      expect(relativeError(map, expected[i]!)).toBeLessThan(1e-4);
    });
  });
});
