import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { describe, expect, it } from 'vitest';
import { failure } from '../../diagnostics/index.js';
import type { HostTensor } from '../../ports/index.js';
import { inStrips, STRIP } from './strips.js';

const picture = (height: number, width: number, channels: number): HostTensor<'uint16'> => ({
  dtype: 'uint16',
  shape: [height, width, channels],
  data: Uint16Array.from({ length: height * width * channels }, (_, i) => i % 65521),
});

describe('inStrips', () => {
  // Pictures a little smaller and larger than one, two and three strips.
  const width = 512;
  const rows = fc.integer({ min: 1, max: (3 * STRIP) / width + 3 });

  it('gives what the whole picture would, in strips of one size, two at once', async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(1, 3), async (height, channels) => {
        const photo = picture(height, width, channels);
        const shapes: (readonly number[])[] = [];
        let [running, most] = [0, 0];
        const result = await inStrips(photo, (strip) => async () => {
          shapes.push(strip.shape);
          most = Math.max(most, ++running);
          await new Promise(setImmediate);
          running--;
          const data = Float32Array.from(strip.data, (value) => value + 1);
          return E.right({ dtype: 'float32', shape: strip.shape, data });
        })();
        const pixels = Math.min(STRIP, height * width);
        expect(shapes).toEqual(Array(Math.ceil((height * width) / STRIP)).fill([1, pixels, channels]));
        expect(most).toBeLessThanOrEqual(2);
        expect(E.isRight(result) && result.right.shape).toEqual(photo.shape);
        const same =
          E.isRight(result) && result.right.data.every((value, i) => value === (photo.data[i] ?? 0) + 1);
        expect(same).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it('may change the channels', async () => {
    const result = await inStrips(picture(2, 3, 1), (strip) =>
      TE.right({
        ...strip,
        shape: [1, 6, 3],
        data: Uint16Array.from({ length: 18 }, (_, i) => strip.data[Math.floor(i / 3)] ?? 0),
      } as HostTensor),
    )();
    expect(E.isRight(result) && [result.right.shape, [...result.right.data.slice(0, 6)]]).toEqual([
      [2, 3, 3],
      [0, 0, 0, 1, 1, 1],
    ]);
  });

  it('ends with the first strip that fails', async () => {
    let begun = 0;
    const result = await inStrips(picture(STRIP / 64, 512, 1), () => {
      begun++;
      return TE.left([failure('tensor/run-failed', 'out of memory')]);
    })();
    expect(E.isLeft(result) && result.left[0].code).toBe('tensor/run-failed');
    expect(begun).toBe(2);
  });
});
