import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import { flatten, mapNetworks, pick, type RunState, unflatten, zerosLike } from './state.js';

const tensor = (level: number, ...shape: number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(level),
});

const networks = (level: number) => ({
  generator: { 'low.filter': tensor(level, 2, 3), bias: tensor(level + 1, 3) },
  discriminator: { filter: tensor(level + 2, 4) },
});

const trained = { weights: networks(1), first: networks(10), second: networks(20), average: networks(30) };
const pools = { to: [tensor(7, 1, 1, 3), tensor(8, 1, 1, 3)], from: [] };
const state = {
  step: 12,
  images: 48,
  backoff: 0.5,
  levels: { pixel: { now: 0.25, least: 0.125 } },
  standing: { best: 24.5, step: 8, loss: 0.5, since: 2, print: -7 },
  told: ['worse'],
  trained,
  pools,
  good: { trained, pools },
} as unknown as RunState;

const start = {
  ...state,
  step: 0,
  images: 0,
  backoff: 1,
  levels: {},
  standing: undefined,
  told: [],
  trained: { weights: networks(0), first: networks(0), second: networks(0), average: networks(0) },
  pools: { to: [], from: [] },
} as unknown as RunState;

describe('the state of a training', () => {
  it('is read from a checkpoint as it was written', () => {
    expect(unflatten(flatten(state), start)).toEqual(state);
  });

  it('is found in a checkpoint by path', () => {
    const tensors = flatten(state);
    expect(Object.keys(tensors).toSorted()).toEqual(
      [
        ...['weights', 'first', 'second', 'average'].flatMap((group) => [
          `${group}/generator/low.filter`,
          `${group}/generator/bias`,
          `${group}/discriminator/filter`,
        ]),
        'pool/to/0',
        'pool/to/1',
        'counters',
        'backoff',
        'level/pixel',
        'validation/figures',
        'validation/counts',
        'told/worse',
      ].toSorted(),
    );
    expect([...tensors.counters!.data]).toEqual([12, 48]);
  });

  it.each([
    ['lacks a tensor', ({ backoff: _, ...others }: Record<string, HostTensor>) => others],
    [
      'has a tensor more',
      (all: Record<string, HostTensor>) => ({ ...all, 'weights/generator/extra': tensor(1, 1) }),
    ],
    [
      'is of other shapes',
      (all: Record<string, HostTensor>) => ({ ...all, 'first/generator/bias': tensor(1, 4) }),
    ],
    [
      'is of other numbers',
      (all: Record<string, HostTensor>) => ({
        ...all,
        'second/generator/bias': { dtype: 'int32', shape: [3], data: new Int32Array(3) } as HostTensor,
      }),
    ],
  ])('is none of this training where it %s', (_, changed) => {
    expect(unflatten(changed({ ...flatten(state) }), start)).toBeUndefined();
  });
});

describe('networks', () => {
  it('are mapped by name, and picked by name', () => {
    const mapped = mapNetworks(networks(1), (network, parameter, { shape }) =>
      tensor(network.length + parameter.length, ...shape),
    );
    expect(mapped.generator!.bias).toEqual(tensor(13, 3));
    expect(mapped.discriminator!.filter).toEqual(tensor(19, 4));
    expect(pick(networks(1), ['discriminator', 'nobody'])).toEqual({
      discriminator: networks(1).discriminator,
    });
    expect(zerosLike(tensor(5, 2, 3))).toEqual(tensor(0, 2, 3));
  });
});
