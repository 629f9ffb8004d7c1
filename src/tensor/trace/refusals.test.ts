import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { Code } from '../../diagnostics/index.js';
import * as tf from '../tfjs.js';
import { record } from './record.js';

type Program = (inputs: { readonly x: tf.Tensor }) => unknown;

/** What recording a program says of it. */
const refusal = (program: Program, operator = 'brighten') => {
  const recorded = record(operator, program as (inputs: never) => unknown, {
    x: { shape: [1, 4, 4, 3], dtype: 'float32' },
  });
  if (E.isRight(recorded)) throw new Error('it was recorded');
  return recorded.left[0];
};

const expectRefusal = (program: Program, code: Code, ...words: readonly string[]): void => {
  const { code: found, message } = refusal(program);
  expect(found).toBe(code);
  for (const word of ['brighten', ...words]) expect(message).toContain(word);
};

describe('a value that is read while a program is recorded', () => {
  const read =
    (program: Program, ...words: readonly string[]) =>
    () =>
      expectRefusal(program, 'tensor/value-read', ...words);

  it(
    'by dataSync',
    read(({ x }) => tf.mul(x, tf.mean(x).dataSync()[0]!), 'the result of mean'),
  );
  it(
    'by arraySync',
    read(({ x }) => tf.mul(x, tf.max(x).arraySync() as number), 'the result of max'),
  );
  it(
    'by comparing it with a number',
    read(({ x }) => ((tf.mean(x) as unknown as number) > 0 ? x : tf.neg(x)), 'the result of mean'),
  );
  it(
    'by an `if` on it, which takes every tensor for true',
    read(({ x }) => (tf.greater(tf.mean(x), 0) ? x : tf.neg(x)), 'that greater gives', '`if`'),
  );
  it(
    'by a negation',
    read(({ x }) => (!tf.all(tf.greater(x, 0)) ? x : tf.neg(x)), 'that all gives'),
  );
  it(
    'by writing it into a text',
    read(({ x }) => tf.mul(x, Number(`${tf.mean(x)}`)), 'the result of mean'),
  );
  it(
    'of an input',
    read(({ x }) => tf.mul(x, x.dataSync()[0]!), 'input x'),
  );
  it(
    'by data(), with nobody waiting',
    read(({ x }) => {
      void tf.mean(x).data();
      return x;
    }, 'the result of mean'),
  );
  it(
    'by data() in an asynchronous program',
    read(async ({ x }) => tf.mul(x, (await tf.mean(x).data())[0]!), 'the result of mean'),
  );

  it('is no matter where the truth is used, or where differentiation left it', () => {
    const larger = (x: tf.Tensor): tf.Scalar => tf.maximum(tf.mean(x), tf.square(tf.mean(x)));
    const programs: readonly Program[] = [
      ({ x }) => tf.where(tf.greater(tf.mean(x), 0), x, tf.neg(x)),
      ({ x }) => tf.cast(tf.any(tf.greater(x, 0)), 'float32'),
      ({ x }) => tf.grad(larger)(x),
      ({ x }) => tf.grad((y) => tf.sum(tf.grad(larger)(y)))(x),
      ({ x }) => tf.grad((y) => tf.sum(tf.relu(tf.mean(y))))(x),
    ];
    for (const program of programs)
      expect(E.isRight(record('p', program as never, { x: { shape: [1, 4], dtype: 'float32' } }))).toBe(true);
  });

  it('is no matter where the value is known', () => {
    const constant = record(
      'brighten',
      (({ x }: { x: tf.Tensor }) => tf.mul(x, tf.scalar(3).dataSync()[0]!)) as never,
      {
        x: { shape: [2], dtype: 'float32' },
      },
    );
    expect(E.isRight(constant)).toBe(true);
  });
});

describe('what cannot be recorded', () => {
  it('random numbers of tfjs', () => {
    const draws: readonly Program[] = [
      ({ x }) => tf.add(x, tf.randomNormal(x.shape)),
      ({ x }) => tf.add(x, tf.randomUniform(x.shape)),
      ({ x }) => tf.add(x, tf.truncatedNormal(x.shape)),
      ({ x }) => tf.dropout(x, 0.5),
    ];
    for (const draw of draws) expectRefusal(draw, 'tensor/baked-randomness');
  });

  it('assigning a variable, as tfjs optimisers do', () => {
    const weight = tf.variable(tf.scalar(2));
    const step: Program = ({ x }) => {
      tf.train.sgd(0.1).minimize(() => tf.sum(tf.mul(x, weight)));
      return x;
    };
    expectRefusal(step, 'tensor/variable-assigned');
    expectRefusal(({ x }) => {
      weight.assign(tf.scalar(1));
      return x;
    }, 'tensor/variable-assigned');
    expect(weight.dataSync()[0]).toBe(2);
  });

  it('an asynchronous program', () => {
    expectRefusal(async ({ x }) => x, 'tensor/not-a-tensor', 'promise');
  });

  it('a program that returns something else', () => {
    expectRefusal(({ x }) => ({ x, size: x.size }), 'tensor/not-a-tensor', "'size'", 'a number');
  });

  it('a program that throws', () => {
    expectRefusal(({ x }) => tf.reshape(x, [5, 5]), 'tensor/program-threw', '48');
  });

  it('kernels without a rule, each with what to use instead', () => {
    expectRefusal(
      ({ x }) => tf.fft(tf.complex(x, x)),
      'tensor/unsupported-kernel',
      "'Complex'",
      'two tensors',
    );
    expectRefusal(
      ({ x }) => tf.unique(tf.reshape(x, [-1])).values,
      'tensor/unsupported-kernel',
      "'Unique'",
      'shape',
    );
    expectRefusal(
      ({ x }) => tf.multinomial(tf.reshape(x, [4, 12]) as tf.Tensor2D, 3),
      'tensor/unsupported-kernel',
      "'Multinomial'",
      'uniform(key',
    );
    expectRefusal(
      ({ x }) =>
        tf.conv3d(tf.reshape(x, [1, 4, 4, 3, 1]) as tf.Tensor5D, tf.ones([2, 2, 2, 1, 1]), 1, 'valid'),
      'tensor/unsupported-kernel',
      "'Conv3D'",
      'conv3d',
    );
  });

  it('attributes that a rule has no form for', () => {
    expectRefusal(
      ({ x }) => tf.add(tf.greater(x, 0), tf.less(x, 1)),
      'tensor/unsupported-attributes',
      'Add',
      'booleans',
    );
    expectRefusal(
      ({ x }) => tf.avgPool(x as tf.Tensor4D, 1, 3, 2),
      'tensor/unsupported-attributes',
      'AvgPool',
      'less padding',
    );
    expectRefusal(
      ({ x }) => tf.conv2d(x as tf.Tensor4D, tf.ones([3, 1, 3, 2]), 1, 1),
      'tensor/unsupported-attributes',
      'Conv2D',
      'padding of each side',
    );
  });
});
