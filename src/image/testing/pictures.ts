import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics } from '../../diagnostics/index.js';
import type { Frame, Metadata } from '../../ports/index.js';
import { type Depth, type Raw, samplesOf } from '../samples/samples.js';

/** The result of a task that must succeed. */
export const right = async <A>(task: TaskEither<Diagnostics, A>): Promise<A> => {
  const result = await task();
  if (E.isLeft(result)) throw new DiagnosticError(result.left);
  return result.right;
};

/** The codes of a task that must fail. */
export const leftCodes = async (task: TaskEither<Diagnostics, unknown>): Promise<readonly string[]> => {
  const result = await task();
  if (E.isRight(result)) throw new Error('It succeeded.');
  return result.left.map(({ code }) => code);
};

const ofDepth = {
  uint8: (length: number): fc.Arbitrary<Raw> => fc.uint8Array({ minLength: length, maxLength: length }),
  uint16: (length: number): fc.Arbitrary<Raw> => fc.uint16Array({ minLength: length, maxLength: length }),
  float32: (length: number): fc.Arbitrary<Raw> =>
    fc.float32Array({ minLength: length, maxLength: length, min: 0, max: 1, noNaN: true }),
};

/** What a picture made by the program says of itself. */
export const made = (bits: number, model: 'grey' | 'rgb'): Metadata => ({
  bits,
  model,
  orientation: 1,
  pages: 1,
  palette: false,
});

/** Small frames of one depth: grey and RGB, with and without transparency, from a single pixel on. */
export const frames = (depth: Depth): fc.Arbitrary<Frame> =>
  fc
    .record({
      width: fc.integer({ min: 1, max: 9 }),
      height: fc.integer({ min: 1, max: 9 }),
      channels: fc.constantFrom<1 | 3>(1, 3),
      transparent: fc.boolean(),
    })
    .chain(({ width, height, channels, transparent }) =>
      fc
        .tuple(ofDepth[depth](width * height * channels), ofDepth[depth](width * height))
        .map(([colours, alpha]) => ({
          width,
          height,
          channels,
          samples: samplesOf(colours),
          ...(transparent ? { alpha: samplesOf(alpha) } : {}),
          metadata: made(
            depth === 'uint8' ? 8 : depth === 'uint16' ? 16 : 32,
            channels === 1 ? 'grey' : 'rgb',
          ),
        })),
    );

/** A smooth picture with edges, 8-bit RGB, on which lossy formats do well. */
export const scene = (width: number, height: number): Uint8Array => {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const disc = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (Math.min(width, height) / 4) ** 2;
      out[at++] = disc ? 210 : (255 * x) / width;
      out[at++] = disc ? 40 : (255 * y) / height;
      out[at++] = disc ? 60 : 255 - (255 * (x + y)) / (width + height);
    }
  return out;
};
