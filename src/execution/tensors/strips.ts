import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import type { HostTensor } from '../../ports/index.js';

/** Pixels of a strip: what a program makes of it on the way stays in the processor's caches. */
export const STRIP = 256 * 1024;

/** Two are under way, so that the engine always has one. */
const AHEAD = 2;

/** A tensor of the same dtype and another shape, all zeros. */
const withRoom = (like: HostTensor, shape: readonly [number, number, number]): HostTensor => {
  const Data = like.data.constructor as new (length: number) => HostTensor['data'];
  return { ...like, shape, data: new Data(shape[0] * shape[1] * shape[2]) } as HostTensor;
};

const part = (pixels: HostTensor, channels: number, start: number, count: number): HostTensor =>
  ({
    ...pixels,
    shape: [1, count, channels],
    data: pixels.data.subarray(start * channels, (start + count) * channels),
  }) as HostTensor;

/**
 * Runs a program that treats every pixel on its own over a picture [height, width, channels], strip by strip. All strips
 * have one shape whatever the picture's (the last overlaps the one before), so that a program is compiled once for
 * pictures of all sizes, and its memory does not grow with them.
 */
export const inStrips =
  (
    pixels: HostTensor,
    run: (strip: HostTensor) => TaskEither<Diagnostics, HostTensor>,
  ): TaskEither<Diagnostics, HostTensor> =>
  async () => {
    const [height = 1, width = 1, channels = 1] = pixels.shape;
    const total = height * width;
    const count = Math.min(STRIP, total);
    const starts = Array.from({ length: Math.ceil(total / count) }, (_, i) =>
      Math.min(i * count, total - count),
    );
    const begin = (start: number) => run(part(pixels, channels, start, count))();
    const underWay = starts.slice(0, AHEAD).map(begin);
    // Channels and dtype of the result are those of its first strip.
    let result: HostTensor | undefined;
    for (const [i, start] of starts.entries()) {
      const strip = await underWay.shift();
      if (strip === undefined) break;
      if (E.isLeft(strip)) return strip;
      const depth = strip.right.shape[2] ?? 1;
      result ??= withRoom(strip.right, [height, width, depth]);
      result.data.set(strip.right.data, start * depth);
      const next = starts[i + AHEAD];
      if (next !== undefined) underWay.push(begin(next));
    }
    return E.right(result ?? pixels);
  };
