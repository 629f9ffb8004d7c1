import { describe, expect, it } from 'vitest';
import { randomFor } from '../../operator/random.js';
import type { HostTensor } from '../../ports/index.js';
import { ownParams } from '../testing/run.js';
import { ganStep } from './index.js';
import { controlOf, earlierOf, mixOf } from './inputs.js';
import type { Params } from './params.js';
import { stepPlanAt } from './plan.js';
import type { RunState } from './state.js';

const paramsOf = (written: Partial<Parameters<typeof ganStep>[0]>): Params =>
  ownParams<Params>(ganStep({ generator: 'pyramid', schedule: { constant: 100 }, ...written }));

const stateAt = (step: number, backoff = 1) => ({ step, backoff }) as RunState;

/** What a network's pace comes to, as plain numbers. */
const numbers = (stepScalars: Readonly<Record<string, HostTensor>>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(stepScalars).map(([name, { shape, data }]) => {
      expect(shape).toEqual([]);
      return [name, Number(data[0])];
    }),
  );

describe('how far a step goes', () => {
  const params = paramsOf({
    pretrain: 5,
    losses: { adversarial: { weight: 1, after: 3 } },
    optimizer: { adamw: { rate: 0.25, discriminatorRate: 0.5, beta1: 0.5, beta2: 0.75, decay: 0 } },
  });
  const stepScalarsAt = (step: number, backoff = 1) => {
    const { generators, discriminators } = controlOf(
      params,
      stepPlanAt(params, step),
      stateAt(step, backoff),
    );
    return [numbers(generators as never), numbers(discriminators as never)] as const;
  };

  it('is what each optimiser says, which has learned for so many steps', () => {
    const [generators, discriminators] = stepScalarsAt(9);
    expect(generators).toMatchObject({ rate: 0.25, weightDecay: 0 });
    expect(generators.firstBiasCorrection).toBeCloseTo(1 - 0.5 ** 10, 6);
    expect(generators.secondBiasCorrection).toBeCloseTo(1 - 0.75 ** 10, 6);
    // It has taken part in two steps: not in the initial five, nor in the three after them.
    expect(discriminators.rate).toBe(0.5);
    expect(discriminators.firstBiasCorrection).toBeCloseTo(1 - 0.5 ** 2, 6);
  });

  it('is never that of an optimiser that has not begun', () => {
    expect(stepScalarsAt(0)[1].firstBiasCorrection).toBe(0.5);
    expect(stepScalarsAt(8)[1].firstBiasCorrection).toBe(0.5);
  });

  it('is less after a loss that was not finite', () => {
    expect(stepScalarsAt(9, 0.5).map(({ rate }) => rate)).toEqual([0.125, 0.25]);
  });

  it('is one rate for both unless said otherwise', () => {
    const plain = paramsOf({ optimizer: { adamw: { rate: 0.125 } } });
    const { generators, discriminators } = controlOf(plain, stepPlanAt(plain, 0), stateAt(0));
    expect([numbers(generators as never).rate, numbers(discriminators as never).rate]).toEqual([
      0.125, 0.125,
    ]);
  });
});

describe('earlier results', () => {
  it('stand where they are shown, and nothing where fresh ones are', () => {
    const picture = (level: number): HostTensor => ({
      dtype: 'float32',
      shape: [1, 2, 3],
      data: new Float32Array(6).fill(level),
    });
    const state = { pools: { to: [picture(1), picture(2)], from: [] } } as unknown as RunState;
    const { to, from } = earlierOf(
      state,
      {
        to: [
          { kind: 'fresh', store: 0 },
          { kind: 'earlier', place: 1 },
          { kind: 'earlier', place: 0 },
        ],
        from: [{ kind: 'fresh', store: undefined }],
      },
      [3, 1, 2, 3],
    ) as Record<string, { pictures: HostTensor; shown: HostTensor }>;
    expect(to!.pictures.shape).toEqual([3, 1, 2, 3]);
    expect([...to!.pictures.data]).toEqual([0, 2, 1].flatMap((level) => Array(6).fill(level)));
    expect([to!.shown.shape, [...to!.shown.data]]).toEqual([
      [3, 1, 1, 1],
      [0, 1, 1],
    ]);
    expect([...from!.shown.data]).toEqual([0]);
  });

  it('are mixed by numbers of their own', () => {
    const random = randomFor(3, 'steps[1]', { path: '', index: 4, epoch: 0 });
    const { shape, data } = mixOf(random, 5);
    expect(shape).toEqual([5, 1, 1, 1]);
    expect(new Set(data).size).toBe(5);
    expect([...data]).toEqual([0, 1, 2, 3, 4].map((i) => Math.fround(random.uniform(`mix/${i}`))));
  });
});
