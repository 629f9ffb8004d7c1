import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { builtIn } from '../../ops/index.js';
import { batch, frame, type Port, pair, travelsOn, unpaired } from '../../ports/index.js';
import { arbitraryFrame, frameFrom, valuesOf } from './frames.js';
import { arbitraryParams } from './params.js';
import { arbitraryTensors } from './tensors.js';
import { arbitraryValue } from './values.js';
import { arbitraryWindow } from './window.js';

describe('frames', () => {
  const sample = fc.sample(arbitraryFrame({ beyond: true }), { numRuns: 400, seed: 1 });

  it('are frames of every kind, one pixel among them', () => {
    for (const each of sample) expect(travelsOn(frame, each)).toBe(true);
    const kinds = new Set(
      sample.map(({ channels, samples, alpha }) => `${channels} ${samples.depth} ${alpha !== undefined}`),
    );
    expect(kinds.size).toBe(12);
    expect(sample.some(({ width, height }) => width === 1 && height === 1)).toBe(true);
    expect(sample.some(({ width, height }) => width > 8 && height > 8)).toBe(true);
    expect(sample.some((each) => valuesOf(each).every((value) => value === 0))).toBe(true);
    expect(sample.some((each) => valuesOf(each).some((value) => value < 0))).toBe(true);
    expect(sample.some(({ metadata }) => metadata.exif !== undefined)).toBe(true);
  });

  it('stay within 0..1 unless told otherwise', () => {
    fc.assert(
      fc.property(arbitraryFrame(), (each) => valuesOf(each).every((value) => value >= 0 && value <= 1)),
    );
  });

  it('shrink to the one pixel that is wrong, of a photo as well', () => {
    const photo = frameFrom({ width: 50, height: 40 }, (x, y) => (x === 31 && y === 17 ? 1 : 0.2));
    const bright = fc.check(
      fc.property(
        arbitraryFrame({ photos: [photo], maxSide: 40, content: ['gradient'], alpha: false }),
        (each) => valuesOf(each).every((value) => value < 0.9),
      ),
      { numRuns: 500, seed: 7 },
    );
    expect(bright.counterexample?.[0]).toMatchObject({ width: 1, height: 1 });
    expect(bright.numShrinks).toBeLessThan(40);
  });
});

describe('windows', () => {
  const within = { width: 60, height: 30 };

  it('lie within the plane', () => {
    fc.assert(
      fc.property(arbitraryWindow({ minSide: 2, maxSide: 20, within }), ({ left, top, width, height }) => {
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(left + width).toBeLessThanOrEqual(within.width);
        expect(top + height).toBeLessThanOrEqual(within.height);
        expect(Math.min(width, height)).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it('shrink to what still holds a place, from all sides', () => {
    const holds = ({
      left,
      top,
      width,
      height,
    }: {
      left: number;
      top: number;
      width: number;
      height: number;
    }) => left <= 41 && left + width > 41 && top <= 13 && top + height > 13;
    const found = fc.check(
      fc.property(arbitraryWindow({ minSide: 1, maxSide: 60, within }), (window) => !holds(window)),
      { numRuns: 1000, seed: 3 },
    );
    expect(found.counterexample).toEqual([{ left: 41, top: 13, width: 1, height: 1 }]);
  });
});

describe('parameters', () => {
  it.each([...builtIn.values()].map((operator) => [operator.name, operator] as const))(
    'of %s are what its codec accepts, and the defaults are among them',
    (_, { params }) => {
      const sample = fc.sample(arbitraryParams(params), { numRuns: 60, seed: 2 });
      for (const written of sample) expect(E.isRight(params.codec.decode(written))).toBe(true);
      const fields = Object.values(params.shape.fields);
      const isFree =
        fields.every(({ presence }) => presence !== 'required') && E.isRight(params.codec.decode({}));
      if (isFree) expect(sample.some((written) => Object.keys(written).length === 0)).toBe(true);
    },
  );

  it('keep to what is fixed', () => {
    const { params } = builtIn.get('adjust')!;
    fc.assert(
      fc.property(arbitraryParams(params, { fixed: { exposure: 2 } }), (written) => written.exposure === 2),
    );
  });
});

describe('values and tensors', () => {
  const ports: readonly Port[] = [
    frame,
    pair(frame, frame),
    batch(pair(frame, frame)),
    batch(unpaired(frame, frame)),
  ];

  it('of a port travel on it', async () => {
    for (const port of ports)
      for (const draft of fc.sample(arbitraryValue(port), { numRuns: 10, seed: 4 })) {
        const value = await draft.make({ folder: '/nowhere', key: { path: 'a.png', index: 0, epoch: 0 } });
        expect(travelsOn(port, value)).toBe(true);
      }
  });

  it('have the shape that the port calls for', () => {
    fc.assert(
      fc.property(arbitraryTensors(batch(pair(frame, frame))), (tensors) => {
        expect(tensors).toHaveLength(2);
        const [from, to] = tensors;
        expect(from?.shape).toHaveLength(4);
        expect(to?.shape).toEqual(from?.shape);
        for (const { shape, data } of tensors) expect(data.length).toBe(shape.reduce((a, b) => a * b));
      }),
    );
    expect(() => arbitraryTensors({ kind: 'file' })).toThrow('no pictures');
  });
});
