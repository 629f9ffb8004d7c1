import { describe, expect, it } from 'vitest';
import {
  adamWOptimiser,
  convolution,
  convolve,
  defineDiscriminator,
  defineGenerator,
  defineLoss,
  defineOptimiser,
  defineSchedule,
  fanIn,
  type Network,
  type Optimiser,
  type PictureLoss,
} from '../../nn/index.js';
import { boolean, defaulted, integer, number } from '../../operator/params/index.js';
import * as tf from '../../tensor/tfjs.js';
import {
  checkDiscriminator,
  checkGenerator,
  checkLoss,
  checkOptimiser,
  checkSchedule,
} from './check-part.js';
import { readParams } from './laws.js';

const tone = defineGenerator({
  name: 'tone',
  about: 'A curve of each pixel’s colour',
  params: {
    width: defaulted(integer({ min: 1, max: 8 }), 4, 'Channels inside'),
    bent: defaulted(boolean, true, 'Whether it bends'),
  },
  network: ({ width, bent }) => ({
    parameters: { ...convolution('in', 1, [3, width], fanIn), ...convolution('out', 1, [width, 3], fanIn) },
    apply: (p, x) => {
      const inside = convolve(p, 'in', x);
      return tf.add(x, convolve(p, 'out', bent ? tf.tanh(inside) : inside));
    },
  }),
});

/** A generator that is `tone` but for what it makes. */
const spoilt = (apply: (made: tf.Tensor4D, x: tf.Tensor4D) => tf.Tensor4D) =>
  defineGenerator({
    name: 'spoilt',
    about: 'It breaks a law',
    network: (): Network => {
      const { parameters, apply: sound } = tone.network(readParams(tone, {}));
      return { parameters, apply: (p, x) => apply(sound(p, x), x) };
    },
  });

describe('checkGenerator', () => {
  it('passes one that is right, with parameters of its own', async () => {
    const { laws } = await checkGenerator(tone, { params: { width: 3, bent: false } });
    expect(laws).toHaveLength(8);
  });

  it.each([
    [
      'gives pictures as large, of finite values',
      (made: tf.Tensor4D) => tf.slice(made, [0, 0, 0, 0], [-1, made.shape[1] - 1, -1, -1]),
    ],
    [
      'gives pictures as large, of finite values',
      (made: tf.Tensor4D, x: tf.Tensor4D) => tf.add(made, tf.log(tf.add(x, 1))),
    ],
    [
      'lets no picture see its neighbours in the batch',
      (made: tf.Tensor4D) => tf.sub(made, tf.mean(made, 0, true)),
    ],
    [
      'has the gradients that differences show',
      (made: tf.Tensor4D) =>
        tf.customGrad((...given) => ({
          value: tf.square(given[0] as tf.Tensor4D),
          gradFunc: (dy: tf.Tensor) => dy,
        }))(made) as tf.Tensor4D,
    ],
  ] as const)('tells of one that breaks "%s"', async (law, apply) => {
    await expect(checkGenerator(spoilt(apply as never))).rejects.toMatchObject({ name: 'PartError', law });
  });

  it('refuses names and parameters that a file cannot hold', () => {
    const network = (): Network => ({ parameters: {}, apply: (_, x) => x });
    expect(() => defineGenerator({ name: 'Tone', about: '', network })).toThrow(/cannot be called "Tone"/);
    expect(() =>
      defineGenerator({ name: 'tone', about: '', params: { on: { ...integer({}) } as never }, network }),
    ).toThrow();
  });
});

describe('checkDiscriminator', () => {
  const judge = (shape: (logits: tf.Tensor4D) => tf.Tensor4D) =>
    defineDiscriminator({
      name: 'judge',
      about: 'One convolution',
      network: () => ({
        parameters: convolution('judge', 4, [3, 1], fanIn),
        apply: (p, x) => [shape(convolve(p, 'judge', x, { stride: 2, pad: 1 }))],
      }),
    });

  it('passes one that is right, and tells of one that gives no maps', async () => {
    await expect(checkDiscriminator(judge((x) => x))).resolves.toMatchObject({ part: 'judge' });
    await expect(checkDiscriminator(judge((x) => tf.concat([x, x], 3)))).rejects.toMatchObject({
      law: 'gives maps of logits, of finite values',
    });
  });
});

describe('checkLoss', () => {
  const loss = (f: PictureLoss) =>
    defineLoss({
      name: 'own',
      about: 'A loss',
      params: { power: defaulted(number({ min: 1, max: 4 }), 2, 'Power') },
      against: 'look',
      loss: () => f,
    });

  it('passes one that is right', async () => {
    const { laws } = await checkLoss(
      loss((x, y) => tf.mean(tf.square(tf.sub(x, y)))),
      { params: { power: 3 } },
    );
    expect(laws).toHaveLength(6);
  });

  it.each([
    ['gives one finite number', (x: tf.Tensor4D, y: tf.Tensor4D) => tf.abs(tf.sub(x, y))],
    [
      'has finite gradients, also where both pictures are the same',
      (x: tf.Tensor4D, y: tf.Tensor4D) => tf.sqrt(tf.sum(tf.square(tf.sub(x, y)))),
    ],
  ] as const)('tells of one that breaks "%s"', async (law, f) => {
    await expect(checkLoss(loss(f as PictureLoss))).rejects.toMatchObject({ law });
  });
});

describe('checkOptimiser', () => {
  const momentum = (direction: 1 | -1): Optimiser => ({
    scalars: ({ rate, multiplier }) => ({ step: direction * rate * multiplier }),
    step: ({ weights, first, second }, gradients, { step }) => {
      const moved = Object.fromEntries(
        Object.entries(first).map(([name, mean]) => [name, tf.add(tf.mul(mean, 0.9), gradients[name]!)]),
      );
      return {
        weights: Object.fromEntries(
          Object.entries(weights).map(([name, w]) => [name, tf.sub(w, tf.mul(moved[name]!, step!))]),
        ),
        first: moved,
        second,
      };
    },
  });
  const part = (optimiser: Optimiser) =>
    defineOptimiser({ name: 'momentum', about: 'Momentum', rate: 1e-2, optimiser: () => optimiser });

  it('passes those that are right, and tells of one that climbs', async () => {
    const { laws } = await checkOptimiser(part(momentum(1)));
    expect(laws).toHaveLength(5);
    await checkOptimiser(part(adamWOptimiser({ decay: 0.01, betas: [0.9, 0.99], epsilon: 1e-8 })));
    await expect(checkOptimiser(part(momentum(-1)))).rejects.toMatchObject({ law: 'gets down a bowl' });
  });
});

describe('checkSchedule', () => {
  const part = (cycles: readonly number[], multiplier: (place: number, length: number) => number) =>
    defineSchedule({ name: 'own', about: 'A schedule', schedule: () => ({ cycles, multiplier }) });

  it('passes one that is right, and tells of others', async () => {
    await checkSchedule(part([3, 5], (place, length) => 1 - place / length));
    await expect(checkSchedule(part([2.5], () => 1))).rejects.toMatchObject({
      law: 'has cycles of whole steps',
    });
    await expect(checkSchedule(part([4], (place) => place))).rejects.toMatchObject({
      law: 'multiplies the rate by 0 to 1, the same every time',
    });
  });
});
