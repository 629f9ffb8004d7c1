import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doubtAbout, exchanged, notFinite, spreadOf } from './plausible.js';

const floats = (length: number, value: (i: number) => number) =>
  ({ depth: 'float32', data: Float32Array.from({ length }, (_, i) => value(i)) }) as const;

/** A photo with shades of all values in between. */
const photo = floats(3000, (i) => 0.1 + (0.8 * ((i * 37) % 1000)) / 1000);

/** What is doubted of a model's own values, read by default as 0..1. */
const doubtOf = (
  value: (x: number) => number,
  [black, white]: readonly [number, number] = [0, 1],
  of: typeof photo = photo,
) => {
  const result = floats(of.data.length, (i) => (value(of.data[i] as number) - black) / (white - black));
  const doubt = doubtAbout({ name: 'x.onnx', range: [black, white] }, spreadOf(of), spreadOf(result));
  return doubt === undefined ? 'none' : `${doubt.code}: ${doubt.message}`;
};

describe('a result', () => {
  it.each([
    [
      'values of 0..255 taken for 0..1',
      (x: number) => 255 * x,
      [0, 1],
      'model/one-value',
      'outputRange: 0..255',
    ],
    ['values of 0..1 taken for 0..255', (x: number) => x, [0, 255], 'model/one-value', 'outputRange: 0..1'],
    [
      'values of -1..1 taken for 0..1',
      (x: number) => 2 * x - 1,
      [0, 1],
      'model/out-of-range',
      'outputRange: -1..1',
    ],
    [
      'values of -1..1 taken for 0..255',
      (x: number) => 2 * x - 1,
      [0, 255],
      'model/one-value',
      'outputRange: -1..1',
    ],
    ['one value', () => 0.5, [0, 1], 'model/one-value', 'bgr'],
    ['black and white', (x: number) => (x > 0.5 ? 3 : -40), [0, 1], 'model/out-of-range', 'nhwc'],
  ] as const)('that is %s is doubted, and the cause said', (_, value, range, code, cause) => {
    expect(doubtOf(value, range)).toContain(code);
    expect(doubtOf(value, range)).toContain(cause);
  });

  it('that is much like a photo is not doubted', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 1.1, noNaN: true }),
        fc.double({ min: -0.1, max: 0.1, noNaN: true }),
        (gain, offset) => {
          expect(doubtOf((x) => gain * x + offset)).toBe('none');
        },
      ),
    );
  });

  it('that is as even, or as black and white, as its photo is not doubted', () => {
    expect(
      doubtOf(
        (x) => x,
        [0, 1],
        floats(300, () => 0.3),
      ),
    ).toBe('none');
    expect(
      doubtOf(
        (x) => x,
        [0, 1],
        floats(300, (i) => i % 2),
      ),
    ).toBe('none');
  });

  it('with red and blue exchanged is seen', () => {
    const colours = floats(3000, (i) => [0.8, 0.4, 0.1][i % 3]! + 0.1 * Math.sin(i));
    const swapped = floats(3000, (i) => colours.data[i + [2, 0, -2][i % 3]!]!);
    expect(exchanged('x', colours, swapped)?.code).toBe('model/exchanged');
    expect(exchanged('x', colours, colours)).toBeUndefined();
    expect(
      exchanged(
        'x',
        photo,
        floats(3000, (i) => 1 - photo.data[i]!),
      ),
    ).toBeUndefined();
    expect(
      exchanged(
        'x',
        colours,
        floats(12, () => 0),
      ),
    ).toBeUndefined();
  });
});

describe('notFinite', () => {
  it('finds any value that is no number, wherever it is', () => {
    fc.assert(
      fc.property(fc.nat(999), fc.constantFrom(Number.NaN, Infinity, -Infinity), (at, value) => {
        const data = new Float32Array(1000);
        expect(notFinite(data)).toBeUndefined();
        data[at] = value;
        expect(notFinite(data)).toBe(at);
      }),
    );
  });
});
