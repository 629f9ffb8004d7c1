import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { ownParams } from '../testing/run.js';
import { ganStep } from './index.js';
import type { Params } from './params.js';
import { stepPlanAt, stepsOf } from './plan.js';

type Written = Parameters<typeof ganStep>[0];

const paramsOf = (schedule: Written['schedule'], pretrain: number, losses: Written['losses'] = {}): Params =>
  ownParams<Params>(ganStep({ generator: 'pyramid', schedule, pretrain, losses }));

describe('stepPlanAt', () => {
  it('trains initially at the full rate, then by the schedule, and marks the ends of cycles', () => {
    const params = paramsOf({ restarts: { first: 2, factor: 2, cycles: 2 } }, 3);
    const turns = Array.from({ length: stepsOf(params) }, (_, step) => stepPlanAt(params, step));
    expect(turns.map(({ phase }) => phase)).toEqual([
      ...Array(3).fill('pretrain'),
      ...Array(6).fill('train'),
    ]);
    expect(turns.map(({ multiplier }) => Number(multiplier.toFixed(3)))).toEqual([
      1, 1, 1, 1, 0.5, 1, 0.854, 0.5, 0.146,
    ]);
    expect(turns.map(({ marks }) => marks.join())).toEqual([
      '',
      '',
      '',
      '',
      'restart',
      '',
      '',
      '',
      'restart,end',
    ]);
  });

  it('says all of a step', () => {
    const params = paramsOf({ cosine: 4 }, 2);
    expect(stepPlanAt(params, 1)).toEqual({
      phase: 'pretrain',
      judged: false,
      multiplier: 1,
      cycle: 0,
      length: 2,
      ends: false,
      marks: [],
      isFirst: false,
      paceUntil: 2,
    });
    expect([0, 1, 2, 3].map((step) => stepPlanAt(params, step).isFirst)).toEqual([true, false, true, false]);
    expect(stepPlanAt(params, 2)).toMatchObject({
      paceUntil: 6,
      phase: 'train',
      judged: true,
      cycle: 0,
      length: 4,
      ends: false,
    });
    expect(stepPlanAt(params, 5)).toMatchObject({ ends: true, marks: ['restart', 'end'] });
    expect(stepsOf(params)).toBe(6);
  });

  it('lets the discriminator join when it is to', () => {
    const params = paramsOf({ constant: 4 }, 2, { adversarial: { weight: 1, after: 3 } });
    const judged = Array.from({ length: 6 }, (_, step) => stepPlanAt(params, step).judged);
    expect(judged).toEqual([false, false, false, false, false, true]);
    const paces = Array.from({ length: 6 }, (_, step) => stepPlanAt(params, step).paceUntil);
    expect(paces).toEqual([2, 2, 5, 5, 5, 6]);
  });
});

describe('gan.step', () => {
  it.each([
    [{ generator: 'pyramid' }, 'schedule'],
    [{ generator: { pyramid: { levels: 9 } }, schedule: { constant: 3 } }, 'levels'],
    [{ generator: 'unet', schedule: { constant: 3 } }, 'unet'],
    [
      { generator: 'resnet', schedule: { constant: 3 }, losses: { adversarial: { kind: 'lsgan' } } },
      'missing',
    ],
    [{ generator: 'resnet', schedule: { constant: 3 }, losses: { cycle: -1 } }, '0'],
  ])('refuses %j', (written, about) => {
    const read = ganStep.operator.params.codec.decode(written);
    expect(E.isLeft(read)).toBe(true);
    expect(
      JSON.stringify(
        E.isLeft(read) && read.left.map(({ message, context }) => [message, context.map(({ key }) => key)]),
      ),
    ).toContain(about);
  });
});
