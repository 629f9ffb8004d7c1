import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type * as tf from '../../tensor/tfjs.js';
import { record } from '../../tensor/trace/record.js';
import { misfitOf, type Network, type Parameters } from '../network.js';
import { generatorOf } from './index.js';
import { generatorOptions, networkSpec } from './spec.js';

/** What parameters a network has, and how many operations it makes of them. */
const formOf = ({ parameters, apply }: Network): string => {
  const spec = (shape: readonly number[]) => ({ shape, dtype: 'float32' });
  const specs = {
    p: Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, spec(shape)])),
    x: spec([1, 64, 64, 3]),
  };
  const recorded = record('form', ({ p, x }: { p: Parameters; x: tf.Tensor4D }) => apply(p, x), specs);
  return JSON.stringify([parameters, E.isRight(recorded) && recorded.right.graph.nodes.length]);
};

describe('a spec of a generator', () => {
  it('can name every generator that there is, with the least and the most of every option that fits', () => {
    for (const [kind, bounds] of Object.entries(generatorOptions)) {
      const least = Object.fromEntries(Object.entries(bounds).map(([name, { min }]) => [name, min]));
      const read = networkSpec.decode({ [kind]: least });
      expect(E.isRight(read)).toBe(true);
      if (E.isRight(read)) {
        expect(networkSpec.encode(read.right)).toEqual({ [kind]: least });
        // An option that the generator does not read would leave these as they are.
        const form = (options: Readonly<Record<string, number>>) => formOf(generatorOf({ kind, options })!);
        for (const [name, { min }] of Object.entries(bounds))
          expect(form({ ...least, [name]: min + 1 })).not.toBe(form(least));
      }
    }
  });

  it('is read by the names that options had before, and written by those that they have', () => {
    const read = networkSpec.decode({ pyramid: { levels: 3, air: 1 } });
    expect(E.isRight(read) && networkSpec.encode(read.right)).toEqual({
      pyramid: { levels: 3, scattering: 1 },
    });
  });
});

describe('misfitOf', () => {
  const network: Network = {
    parameters: { a: { shape: [2], start: { constant: 0 } }, b: { shape: [1, 1], start: { constant: 0 } } },
    apply: (_, x) => x,
  };
  const tensor = (shape: readonly number[], ...data: readonly number[]) =>
    ({ dtype: 'float32', shape, data: Float32Array.from(data) }) as const;
  const [a, b] = [tensor([2], 1, 2), tensor([1, 1], 3)];

  it.each([
    [{ a, b }, undefined],
    [{ a }, 'its parameter `b` is missing'],
    [{ a, b, c: b }, 'it has no parameter `c`'],
    [{ a: b, b }, 'its parameter `a` is float32 [2], not float32 [1,1]'],
    [{ a, b: tensor([1, 1], Number.NaN) }, 'its parameter `b` holds no finite numbers'],
  ])('says why weights do not belong to a network (%#)', (weights, why) => {
    expect(misfitOf(network, weights)).toBe(why);
  });
});
