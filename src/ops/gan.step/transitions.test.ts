import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../operator/random.js';
import type { HostTensor } from '../../ports/index.js';
import { ownParams } from '../testing/run.js';
import { ganStep } from './index.js';
import type { Params } from './params.js';
import { objectiveOf, optimiserOf, specOf } from './programs.js';
import type { RunState } from './state.js';
import { advanced, type Outcome, recovered, startOf, withoutJudges } from './transitions.js';

type Written = Parameters<typeof ganStep>[0];

const paramsOf = (more: Partial<Written> = {}): Params =>
  ownParams<Params>(
    ganStep({
      generator: { pyramid: { levels: 2, width: 4, lowBlocks: 1, highBlocks: 1 } },
      discriminator: { patch: { layers: 1, width: 4 } },
      schedule: { constant: 3 },
      ...more,
    }),
  );

const random = (seed: number) => randomFor(seed, 'steps[2]/gan.step', { path: '', index: 0, epoch: 0 });

const tensor = (level: number, ...shape: number[]): HostTensor => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(level),
});

describe('a fresh training', () => {
  const startWith = (more: Partial<Written>, places: number, seed = 1): RunState => {
    const params = paramsOf(more);
    return startOf(params, objectiveOf(params, ['from', 'to']).networks, random(seed), places);
  };

  it('has weights of all networks, with moments of zero, and nothing seen', () => {
    const { step, images, backoff, trained, pools, good } = startWith({}, 0);
    expect([step, images, backoff, pools]).toEqual([0, 0, 1, {}]);
    expect(Object.keys(trained.weights)).toEqual(['generator', 'discriminator']);
    for (const [network, weights] of Object.entries(trained.weights))
      for (const [name, { shape }] of Object.entries(weights))
        for (const moments of [trained.first, trained.second])
          expect(moments[network]![name]).toEqual(tensor(0, ...shape));
    expect(trained.average).toEqual({});
    expect(good).toEqual({ trained, pools });
  });

  it('begins averages at the weights of the generator, where they are kept', () => {
    const { trained } = startWith({ average: 0.5 }, 0);
    expect(trained.average).toEqual({ generator: trained.weights.generator });
  });

  it('has a pool for each discriminator where there are to be some', () => {
    expect(startWith({}, 1).pools).toEqual({ discriminator: [] });
  });

  it('is the same for a seed, and another for another', () => {
    const weights = (seed: number) => startWith({}, 0, seed).trained.weights.generator;
    expect(weights(1)).toEqual(weights(1));
    expect(weights(1)).not.toEqual(weights(2));
  });
});

const networks = (level: number) => ({
  generator: { filter: tensor(level, 2) },
  judge: { filter: tensor(level + 1, 3) },
});
const trained = { weights: networks(1), first: networks(10), second: networks(20), average: {} };
const before = {
  step: 7,
  images: 30,
  backoff: 1,
  levels: {},
  trained,
  pools: { judge: [tensor(5, 1, 1, 3)], other: [] },
  good: { trained: { ...trained, weights: networks(90) }, pools: { judge: [], other: [] } },
} as unknown as RunState;

describe('the state after a step', () => {
  const after = {
    weights: { generator: { filter: tensor(2, 2) } },
    first: { generator: { filter: tensor(11, 2) } },
    second: { generator: { filter: tensor(21, 2) } },
    average: { generator: { filter: tensor(31, 2) } },
  };
  const made = { judge: tensor(6, 2, 1, 1, 3) };
  const outcome: Outcome = { state: after, metrics: {}, made };
  const choices = {
    judge: [
      { kind: 'earlier', place: 0 },
      { kind: 'fresh', store: 1 },
    ],
    other: [],
  } as const;

  it('has what was changed in the place of what was, and the rest as it was', () => {
    const next = advanced(before, outcome, choices, 2);
    expect(next.trained).toEqual({
      weights: { ...after.weights, judge: trained.weights.judge },
      first: { ...after.first, judge: trained.first.judge },
      second: { ...after.second, judge: trained.second.judge },
      average: after.average,
    });
    expect([next.step, next.images, next.backoff]).toEqual([8, 32, 1]);
    expect(next.pools).toEqual({ judge: [tensor(6, 1, 1, 3), tensor(6, 1, 1, 3)], other: [] });
    expect(next.good).toBe(before.good);
  });

  it('is gone back to later at every fiftieth step', () => {
    const next = advanced({ ...before, step: 49 }, outcome, choices, 2);
    expect(next.good).toEqual({ trained: next.trained, pools: next.pools });
    expect(advanced({ ...before, step: 50 }, outcome, choices, 2).good).toBe(before.good);
  });

  it('whose loss was not finite is an earlier one, with half the rate, but goes on in the data', () => {
    const trouble = { kind: 'not finite' } as const;
    expect(recovered(before, 4, trouble, 1e-3)).toEqual(
      E.right({ ...before, ...before.good, step: 8, images: 34, backoff: 0.5, levels: {} }),
    );
    expect(recovered({ ...before, backoff: 0.5 }, 4, trouble, 1e-3)).toMatchObject({
      left: [
        {
          code: 'training/diverged',
          message: 'The loss is not finite, and went wrong before, at a higher rate.',
          hint: expect.stringContaining('which is 0.001, to 0.0001 or less'),
        },
      ],
    });
  });

  it('whose losses grow is nothing to go back to', () => {
    const at = { ...before, step: 49 };
    const grown = { pixel: { now: 40, least: 0.1 } };
    expect(advanced(at, outcome, choices, 2, grown).good).toBe(before.good);
    expect(advanced(at, outcome, choices, 2, { pixel: { now: 2, least: 0.1 } }).good).not.toBe(before.good);
  });
});

describe('a step without judges', () => {
  it('is given what is of the generators', () => {
    const average = { generator: { filter: tensor(31, 2) } };
    expect(withoutJudges({ ...trained, average }, ['generator'])).toEqual({
      weights: { generator: trained.weights.generator },
      first: { generator: trained.first.generator },
      second: { generator: trained.second.generator },
      average,
    });
  });
});

describe('what the parameters describe', () => {
  it('is a network of options that are numbers', () => {
    expect(specOf(paramsOf({ generator: { pyramid: { dark: true, norm: false } } }).generator)).toEqual({
      kind: 'pyramid',
      options: {
        levels: 3,
        lowBlocks: 5,
        highBlocks: 3,
        width: 64,
        norm: 0,
        dark: 1,
        context: 0,
        scattering: 0,
      },
    });
    expect(specOf(paramsOf().discriminator)).toEqual({ kind: 'patch', options: { layers: 1, width: 4 } });
  });

  it('is an optimiser', () => {
    const { scalars } = optimiserOf(paramsOf({ optimizer: { adamw: { decay: 0.25, beta1: 0.125 } } }));
    expect(scalars({ rate: 0.5, multiplier: 0.5, steps: 25, count: 1 })).toEqual({
      ...{ rate: 0.25, weightDecay: 0.025, firstBiasCorrection: 0.875 },
      secondBiasCorrection: expect.closeTo(0.01, 12),
    });
  });

  it('is an objective: of pairs, of collections one way, or both ways where cycles count', () => {
    const castOf = (losses: Written['losses'], examples: readonly string[]) => {
      const { networks, examples: names } = objectiveOf(paramsOf({ losses }), examples);
      return [
        Object.keys(networks.generators).length,
        Object.keys(networks.discriminators).length,
        names,
      ] as const;
    };
    expect(castOf({}, ['from', 'to'])).toEqual([1, 1, ['from', 'to']]);
    expect(castOf({}, ['a', 'b'])).toEqual([1, 1, ['a', 'b']]);
    expect(castOf({ cycle: 0.5 }, ['a', 'b'])).toEqual([2, 2, ['a', 'b']]);
    expect(castOf({ cycle: 0.5 }, ['from', 'to'])[0]).toBe(1);
  });
});
