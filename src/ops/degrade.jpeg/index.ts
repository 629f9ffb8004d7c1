import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Diagnostics } from '../../diagnostics/index.js';
import { bytesOf, pixelsOf } from '../../image/decoding/extent.js';
import type { JpegSettings } from '../../image/encoding/recompress.js';
import { cutOut } from '../../image/samples/window.js';
import { defineOp } from '../../operator/define.js';
import {
  anyOf,
  boolean,
  defaulted,
  interval,
  listOf,
  number,
  oneOf,
  refine,
} from '../../operator/params/index.js';
import type { Random } from '../../operator/random.js';
import { definedOnly } from '../../ports/defined.js';
import { type Frame, frame } from '../../ports/index.js';

/** Sides of the squares that the encoder works on, where colours are kept at half the size. */
const BLOCK = 16;

const whole = (of: ReturnType<typeof interval>) =>
  refine(of, (ends) => (ends.every(Number.isInteger) ? undefined : 'must be of whole numbers'));

/** Bytes a pixel: levels, coefficients, the file, and levels again. */
const THROUGH_JPEG = 24;

export const degradeJpeg = defineOp({
  name: 'degrade.jpeg',
  about: 'Save a photo as JPEG and read it back, to learn how to restore what is lost',
  params: {
    quality: defaulted(
      whole(interval({ min: 1, max: 100 })),
      [10, 60] as const,
      'Quality of the JPEG, as in other programs',
    ),
    chromaSubsampling: defaulted(
      listOf(oneOf('4:2:0', '4:4:4')),
      ['4:2:0', '4:4:4'] as const,
      'How finely colours are kept; of several, one is drawn for each photo',
    ),
    times: defaulted(
      whole(interval({ min: 0, max: 8 })),
      [1, 1] as const,
      'How often it is saved, one after the other, each time with another quality; 0 leaves it as it is',
    ),
    shift: defaulted(
      anyOf(boolean, number({ min: 0, max: 1 })),
      true,
      'Let the squares of the JPEG begin anywhere, as in a photo that was cropped after it was saved; or the share of the times that they do',
    ),
    forget: defaulted(
      number({ min: 0, max: 1 }),
      0,
      'Share of the photos of which the quantisation tables are not told, as of one that was resized or saved in another format',
    ),
  },
  main: 'quality',
  input: frame,
  output: frame,
  random: ({ times, forget }) => times[1] > 0 || (forget > 0 && forget < 1),
  cost: { millisecondsPerMegapixel: 35 },
  memory: (_, picture, result) => bytesOf(result) + THROUGH_JPEG * pixelsOf(picture),
  // The tables that it was saved by are new.
  laws: { identity: { times: 0, forget: 0 }, metadata: false, range: () => [0, 1] },
  map:
    (params, ctx) =>
    ({ key, value: photo }) => {
      const random = ctx.random(key);
      const times = random.integer('times', ...params.times);
      return pipe(
        Array.from({ length: times }, (_, i) => i).reduce<TE.TaskEither<Diagnostics, Frame>>(
          (before, i) => pipe(before, TE.chain(saving(params, random, i))),
          TE.right(photo),
        ),
        TE.map((saved) => (random.chance('forget', params.forget) ? withoutTables(saved) : saved)),
      );
    },
});

interface Params {
  readonly quality: readonly [number, number];
  readonly chromaSubsampling: readonly JpegSettings['chromaSubsampling'][];
  readonly shift: boolean | number;
}

const withoutTables = (frame: Frame): Frame => {
  const { quantisation: _, ...metadata } = frame.metadata;
  return { ...frame, metadata };
};

/** Saves a photo once; shifted, it is part of a slightly larger one, which is mirrored at its edges. */
const saving =
  ({ quality: range, chromaSubsampling, shift }: Params, random: Random, i: number) =>
  (photo: Frame): TE.TaskEither<Diagnostics, Frame> => {
    const isShifted = random.chance(`${i}/shift`, Number(shift));
    const offset = (name: string): number => (isShifted ? random.integer(`${i}/${name}`, 0, BLOCK - 1) : 0);
    const [left, top] = [offset('left'), offset('top')];
    const { width, height } = photo;
    const sampling = chromaSubsampling[random.integer(`${i}/sampling`, 0, chromaSubsampling.length - 1)];
    const around = cutOut(
      photo,
      { left: -left, top: -top, width: width + left, height: height + top },
      'reflect',
    );
    return pipe(
      // sharp takes a while to load: only when a photo is there.
      TE.fromTask(() => import('../../image/encoding/recompress.js')),
      TE.chain(({ throughJpeg }) =>
        throughJpeg(around, {
          quality: random.integer(`${i}/quality`, ...range),
          chromaSubsampling: sampling ?? '4:2:0',
        }),
      ),
      TE.map((jpeg) => ({ ...cutOut(jpeg, { left, top, width, height }, 'edge'), ...alphaOf(photo) })),
    );
  };

const alphaOf = ({ alpha }: Frame): Pick<Frame, 'alpha'> => definedOnly({ alpha });
