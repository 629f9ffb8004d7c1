import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import type { HostTensor } from '../../ports/index.js';
import * as tf from '../../tensor/tfjs.js';
import type { Network } from '../network.js';
import type { Ensemble } from './ensemble.js';
import { editOf, globalInputOf, meansOf, roundOf, type Wanted } from './inference-path.js';
import { type Profile, profileOf } from './profile.js';

const wanted: Wanted = { strength: 1, trust: 0, output: 'picture', grey: 'keep' };

const weight = (...data: readonly number[]): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape: data.length === 1 ? [] : [data.length],
  data: Float32Array.from(data),
});

/** Makes values of -1..1 so many times as large; members say how many. */
const louder: Network = { parameters: {}, apply: (p, x) => tf.mul(x, p.gain!) };
const members = (...gains: readonly number[]) =>
  gains.map((gain) => ({ gain: weight(gain) })) as unknown as Ensemble['members'];

const sample = (channels: 1 | 3, ...values: readonly number[]): tf.Tensor3D =>
  tf.tensor3d([...values], [1, values.length / channels, channels]);

const expectClose = (found: tf.Tensor, shape: readonly number[], values: readonly number[]): void => {
  expect(found.shape).toEqual(shape);
  [...found.dataSync()].forEach((value, i) => void expect(value).toBeCloseTo(values[i]!, 3));
};

describe('the way through an ensemble', () => {
  const ensemble: Ensemble = { network: louder, members: members(0.5, 0.25) };

  it('is from samples of a depth to samples of that depth', () => {
    const bytes = editOf(ensemble, wanted, 'uint8')({ samples: sample(3, 0, 127.5, 255) });
    // Means of half and a quarter of -1, 0 and 1.
    expectClose(
      bytes,
      [1, 1, 3],
      [0.625, 1, 1.375].map((value) => 127.5 * value),
    );
    const words = editOf(ensemble, wanted, 'uint16')({ samples: sample(3, 0, 0, 65535) });
    expectClose(
      words,
      [1, 1, 3],
      [0.625, 0.625, 1.375].map((value) => 32767.5 * value),
    );
    const floats = editOf(ensemble, wanted, 'float32')({ samples: sample(3, 0, 0.5, 1) });
    expectClose(floats, [1, 1, 3], [0.3125, 0.5, 0.6875]);
  });

  it('goes as far as its strength', () => {
    const half = editOf(ensemble, { ...wanted, strength: 0.5 }, 'float32');
    expectClose(half({ samples: sample(3, 0, 0.5, 1) }), [1, 1, 3], [0.15625, 0.5, 0.84375]);
    const none = editOf(ensemble, { ...wanted, strength: 0 }, 'float32');
    expectClose(none({ samples: sample(3, 0, 0.5, 1) }), [1, 1, 3], [0, 0.5, 1]);
  });

  it('leans back where members disagree', () => {
    // Values of 0..1 deviate by an eighth of -1 / 2.
    const confidence = 1 / (1 + (0.0625 / 0.04) ** 2);
    const black = sample(3, 0, 0, 0);
    const trusting = (trust: number, strength = 1) =>
      editOf(ensemble, { ...wanted, trust, strength }, 'float32')({ samples: black });
    expectClose(trusting(1), [1, 1, 3], Array(3).fill(0.3125 * confidence));
    expectClose(trusting(0.5), [1, 1, 3], Array(3).fill(0.3125 * (0.5 + 0.5 * confidence)));
    expectClose(trusting(1, 0.5), [1, 1, 3], Array(3).fill(0.15625 * confidence));
    const map = editOf(ensemble, { ...wanted, output: 'trust' }, 'uint8')({ samples: black });
    expectClose(map, [1, 1, 1], [255 * confidence]);
  });

  it('keeps grey photos grey unless they may take colours', () => {
    const grey = sample(1, 0, 1);
    expectClose(editOf(ensemble, wanted, 'float32')({ samples: grey }), [1, 2, 1], [0.3125, 0.6875]);
    const coloured = editOf(ensemble, { ...wanted, grey: 'colour' }, 'float32')({ samples: grey });
    expectClose(coloured, [1, 2, 3], [...Array(3).fill(0.3125), ...Array(3).fill(0.6875)]);
    const trusted = editOf(ensemble, { ...wanted, output: 'trust' }, 'float32')({ samples: grey });
    expect(trusted.shape).toEqual([1, 2, 1]);
  });

  it('tells a grey result by the luma of Rec. 709', () => {
    const tinted: Network = { parameters: {}, apply: (_, x) => tf.add(x, tf.tensor1d([1, 0, 0])) };
    const made = editOf({ network: tinted, members: members(1) }, wanted, 'float32');
    expectClose(made({ samples: sample(1, 0.5) }), [1, 1, 1], [0.5 + 0.2126 / 2]);
  });
});

describe('means', () => {
  /** Adds the mean of the picture, then that of the result. */
  const byGlobalStatistics: Network = {
    parameters: {},
    apply: (p, x) => byGlobalStatistics.byGlobalStatistics!(p, x, (values) => tf.mean(values, [1, 2], true)),
    byGlobalStatistics: (p, x, mean) => {
      const once = tf.add<tf.Tensor4D>(tf.mul(x, p.gain!), mean(x));
      return tf.add(once, mean(once));
    },
  };
  const ensemble: Ensemble = { network: byGlobalStatistics, members: members(1, 2) };

  it('are taken over all samples of all pictures, in the order in which they are asked for', () => {
    const pictures = tf.tensor4d([0, 255, 255, 255], [2, 1, 2, 1]);
    const found = meansOf(ensemble, 'uint8')(pictures);
    // Of -1, 1, 1, 1: a half. Then of that as it is plus a half, and twice it plus a half.
    expect(found.map((own) => own.map((mean) => [mean.shape, ...mean.dataSync()]))).toEqual([
      [
        [[1, 1, 1, 3], 0.5, 0.5, 0.5],
        [[1, 1, 1, 3], 1, 1, 1],
      ],
      [
        [[1, 1, 1, 3], 0.5, 0.5, 0.5],
        [[1, 1, 1, 3], 1.5, 1.5, 1.5],
      ],
    ]);
  });

  it('are none of a network that asks for none', () => {
    const pictures = tf.tensor4d([0, 255, 255, 255], [2, 1, 2, 1]);
    expect(meansOf({ network: louder, members: members(1, 2) }, 'uint8')(pictures)).toEqual([[], []]);
  });

  it('that are given are used in turn by each member', () => {
    const mean = (value: number) => tf.fill([1, 1, 1, 3], value) as tf.Tensor4D;
    const means = [
      [mean(0.25), mean(0.5)],
      [mean(1), mean(2)],
    ];
    const made = editOf(ensemble, wanted, 'float32')({ samples: sample(3, 0.5, 0.5, 1), means });
    // Of 0, 0, 1: 0.75, 0.75, 1.75 and 3, 3, 5; brought back to 0..1.
    expectClose(made, [1, 1, 3], [1.4375, 1.4375, 2.1875]);
  });

  it('of a picture in a window are those of the picture', () => {
    const inner = { left: 1, top: 0, width: 2, height: 1 };
    const window = tf.tensor3d([9, 9, 9, 0, 0, 0, 1, 1, 1, 9, 9, 9], [1, 4, 3]);
    const { picture, means } = roundOf(
      { network: byGlobalStatistics, members: members(1) },
      wanted,
      'float32',
      inner,
    )(window);
    expect(picture.shape).toEqual([1, 4, 3]);
    expect(means.map((own) => own.map((mean) => [...mean.dataSync()]))).toEqual([
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ]);
    expect([...picture.dataSync()].slice(3, 9)).toEqual([0, 0, 0, 1, 1, 1]);
  });
});

/** Sees a picture at half its size, of which it adds the mean. */
const inHalves: Network = {
  parameters: {},
  apply: (_, x) => x,
  sides: { multiple: 2, least: 2 },
  branches: {
    factor: 2,
    channels: 3,
    globalInput: (x) => ({
      reduced: tf.avgPool(x, 2, 2, 'valid'),
      finish: (_, globalFeatures) =>
        tf.add(x, tf.image.resizeNearestNeighbor(globalFeatures[0]!, [x.shape[1], x.shape[2]])),
    }),
    whole: (_, reduced) => tf.add(tf.zerosLike(reduced), tf.mean<tf.Tensor4D>(reduced, [1, 2], true)),
  },
};

describe('what is seen of the whole picture', () => {
  it('is the picture itself for a network that does not look at it', () => {
    const samples = sample(1, 1, 2);
    expect(globalInputOf({ network: louder, members: members(1) }, 'uint8')(samples)).toBe(samples);
  });

  it('is what the network makes of it, -1..1 and in three channels', () => {
    const samples = tf.tensor3d([0, 0, 255, 255, 255, 255, 0, 255], [2, 4, 1]);
    const seen = globalInputOf({ network: inHalves, members: members(1) }, 'uint8')(samples);
    expectClose(seen, [1, 2, 3], [0, 0, 0, 0.5, 0.5, 0.5]);
  });
});

describe('the profile of an ensemble', () => {
  const profile = (network: Network, ...gains: readonly number[]): Profile => {
    const found = profileOf({ network, members: members(...gains) }, wanted);
    if (E.isLeft(found)) throw new Error(found.left[0].message);
    return found.right;
  };
  const filter = (height: number, width: number): tf.Tensor4D =>
    tf.tensor4d(
      Float32Array.from({ length: height * width * 9 }, (_, i) => Math.sin(i + 1) / 100),
      [height, width, 3, 3],
    );
  const filtering = (height: number, width: number): Network => ({
    parameters: {},
    apply: (_, x) => tf.conv2d(x, filter(height, width), 1, 'same'),
  });

  it('says how far it looks, to the side where that is farthest', () => {
    expect(profile(louder, 1)).toMatchObject({ receptiveRadius: 0, globalRadius: 0, multiple: 1 });
    expect(profile(filtering(7, 1), 1).receptiveRadius).toBe(3);
    expect(profile(filtering(1, 5), 1).receptiveRadius).toBe(2);
    // An even filter looks one pixel farther ahead.
    expect(profile(filtering(1, 4), 1).receptiveRadius).toBe(2);
  });

  it('says nothing of how far one looks that looks everywhere, unless means are all it asks for', () => {
    const whole: Network = {
      parameters: {},
      apply: (_, x) => tf.add(x, tf.mean(x, [1, 2], true)),
    };
    expect(profile(whole, 1).receptiveRadius).toBeUndefined();
    const byGlobalStatistics: Network = {
      ...whole,
      byGlobalStatistics: (_, x, mean) => tf.add(tf.conv2d(x, filter(3, 3), 1, 'same'), mean(x)),
    };
    expect(profile(byGlobalStatistics, 1, 1).receptiveRadius).toBe(1);
  });

  it('tells what looks at the whole picture from what does not', () => {
    const { receptiveRadius, globalRadius, multiple } = profile(inHalves, 1, 1);
    expect([receptiveRadius, globalRadius, multiple]).toEqual([1, 1, 2]);
  });

  it('says what it takes: for each pixel, and for its weights', () => {
    const one = profile(filtering(9, 9), 1);
    // 243 filters of three values, beside next to nothing else.
    expect(one.bytes).toBeGreaterThanOrEqual(9 * 9 * 3 * 3 * 4);
    expect(one.bytes).toBeLessThan(9 * 9 * 3 * 3 * 4 + 200);
    // Three channels of four bytes come in, and as many go out, twice over.
    expect(one.bytesPerPixel).toBeGreaterThan(2 * 24);
    expect(one.bytesPerPixel).toBeLessThan(2.2 * 5 * 12);
    const large: Network = { ...filtering(9, 9), sides: { multiple: 7, least: 900 } };
    const other = profile(large, 1);
    expect(other.multiple).toBe(7);
    expect(other.bytesPerPixel).toBeCloseTo(one.bytesPerPixel, 0);
  });
});
