import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { QUANTISATION_FEATURES } from '../../nn/quantisation.js';
import type { Frame, Item } from '../../ports/index.js';
import { frameFrom } from '../testing/frames.js';
import { exampleTensors, namesOf, positionOf, quantisationOf, type TrainingBatch } from './examples.js';
import { rowsOf } from './rows.js';

const keyed = <A>(path: string, index: number, value: A): Item<A> => ({
  key: { path, index, epoch: 1 },
  value,
});

/** A picture whose values tell pixel and channel, in 16ths. */
const photo = (start: number, channels: 1 | 3 = 3, width = 2): Frame =>
  frameFrom({ width, height: 1, channels, depth: 'float32' }, (x, _, c) => (start + x * channels + c) / 16);

const pairs: TrainingBatch = {
  items: [
    keyed('a.png', 4, { from: photo(0), to: photo(1) }),
    keyed('b.png', 5, { from: photo(2, 1), to: photo(3) }),
  ],
};
const unpaired: TrainingBatch = {
  items: [
    keyed('a.png', 0, { a: keyed('a.png', 7, photo(0)), b: keyed('z.png', 8, photo(1)) }),
    keyed('b.png', 1, { a: keyed('b.png', 9, photo(2)), b: keyed('y.png', 3, photo(3)) }),
  ],
};

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left));
  return result.right;
};

describe('a batch', () => {
  it('is a tensor of each kind of picture, grey ones in three equal channels', () => {
    const { from, to, ...others } = right(exampleTensors(pairs));
    expect(others).toEqual({});
    expect([from!.dtype, from!.shape, to!.shape]).toEqual(['float32', [2, 1, 2, 3], [2, 1, 2, 3]]);
    expect([...from!.data].map((value) => 16 * value)).toEqual([0, 1, 2, 3, 4, 5, 2, 2, 2, 3, 3, 3]);
    expect([...to!.data].map((value) => 16 * value)).toEqual([1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7, 8]);
    const { a, b } = right(exampleTensors(unpaired));
    expect([...a!.data].map((value) => 16 * value)).toEqual([0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 6, 7]);
    expect([...b!.data].map((value) => 16 * value)).toEqual([1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7, 8]);
  });

  it('tells what is known of the tables of those that are to be mended', () => {
    const frame = photo(0);
    const luma = Array<number>(64).fill(16);
    const known: Frame = { ...frame, metadata: { ...frame.metadata, quantisation: { luma } } };
    const { shape, data } = quantisationOf({
      items: [keyed('a', 0, { from: known, to: frame }), keyed('b', 1, { from: frame, to: known })],
    });
    expect(shape).toEqual([2, QUANTISATION_FEATURES]);
    const [first, second] = [data.slice(0, QUANTISATION_FEATURES), data.slice(QUANTISATION_FEATURES)];
    // Steps of 16 are in the middle.
    expect([...first]).toEqual([1, ...Array(QUANTISATION_FEATURES - 1).fill(0)]);
    expect([...second]).toEqual(Array(QUANTISATION_FEATURES).fill(0));
    expect([...quantisationOf(unpaired).data]).toEqual(Array(2 * QUANTISATION_FEATURES).fill(0));
  });

  it('is of one size, and of pictures', () => {
    const tall = frameFrom({ width: 2, height: 3 }, () => 0);
    const messageOf = (batch: TrainingBatch) => {
      const result = exampleTensors(batch);
      return E.isLeft(result) ? result.left.map(({ code, message }) => `${code}: ${message}`) : [];
    };
    expect(messageOf({ items: [keyed('', 0, { from: photo(0), to: tall })] })).toEqual([
      'training/sizes: Pictures of 2x1 and of 2x3 pixels are in one batch.',
    ]);
    expect(messageOf({ items: [keyed('', 0, { from: photo(0), to: photo(0, 3, 5) })] })).toEqual([
      'training/sizes: Pictures of 2x1 and of 5x1 pixels are in one batch.',
    ]);
    expect(messageOf({ items: [] })).toEqual([
      'training/sizes: A batch without pictures cannot be learned from.',
    ]);
  });

  it('is called by its items, and known by its last ones', () => {
    expect(namesOf(pairs)).toEqual(['a.png', 'b.png']);
    expect(positionOf(pairs)).toEqual({ items: { path: 'b.png', index: 5, epoch: 1 } });
    expect(positionOf(unpaired)).toEqual({
      a: { path: 'b.png', index: 9, epoch: 1 },
      b: { path: 'y.png', index: 3, epoch: 1 },
    });
  });
});

describe('rows of samples', () => {
  it('have the pictures of one example each', () => {
    const made = (first: number) =>
      ({
        dtype: 'uint8',
        shape: [2, 1, 2, 3],
        data: Uint8Array.from({ length: 12 }, (_, i) => first + i),
      }) as const;
    const picture = (...data: number[]) => ({
      dtype: 'uint8',
      shape: [1, 2, 3],
      data: Uint8Array.from(data),
    });
    expect(rowsOf({ input: made(0), output: made(100) }, ['a.png', 'b.png'])).toEqual([
      {
        name: 'a.png',
        pictures: { input: picture(0, 1, 2, 3, 4, 5), output: picture(100, 101, 102, 103, 104, 105) },
      },
      {
        name: 'b.png',
        pictures: { input: picture(6, 7, 8, 9, 10, 11), output: picture(106, 107, 108, 109, 110, 111) },
      },
    ]);
  });
});
