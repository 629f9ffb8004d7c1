import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { metadataOfRegion } from '../../image/metadata/framing.js';
import { withLightOf } from '../../image/samples/light.js';
import { cutOut } from '../../image/samples/window.js';
import { defineOp } from '../../operator/define.js';
import { resultOnly } from '../../operator/memory.js';
import { anchor, aspect, fill } from '../../operator/params/framing.js';
import {
  boolean,
  defaulted,
  integer,
  optional,
  record,
  required,
  size,
} from '../../operator/params/index.js';
import { flipsOfCentred } from '../../picture/framing/anchor.js';
import { frame } from '../../ports/index.js';
import { croppedSize, regionOf } from './region.js';

export const crop = defineOp({
  name: 'crop',
  about: 'Cut a part out of a picture: a size, a ratio of sides, or a given rectangle',
  params: {
    size: optional(size({ min: 1, max: 100_000 }), 'Width and height in pixels'),
    aspect: optional(aspect, 'Ratio of width to height; the largest part that has it is cut out'),
    region: optional(
      record({
        left: required(integer(), 'Pixels to the left of it'),
        top: required(integer(), 'Pixels above it'),
        width: required(integer({ min: 1, max: 100_000 }), 'Its width in pixels'),
        height: required(integer({ min: 1, max: 100_000 }), 'Its height in pixels'),
      }),
      'A rectangle in pixels',
    ),
    anchor: optional(anchor, 'Which part is kept. Default: the centre'),
    random: defaulted(boolean, false, 'Cut out another part of every item, each equally likely'),
    fill: optional(fill, 'How a picture that is too small is filled up; without it, it is an error'),
  },
  main: 'size',
  complaint: ({ size, aspect, region, anchor, random, fill }) => {
    const given = [size, aspect, region].filter((each) => each !== undefined).length;
    if (given !== 1) return 'takes one of `size`, `aspect` and `region`';
    if (random && (region ?? anchor) !== undefined)
      return `cannot be random with ${region === undefined ? 'an `anchor`' : 'a `region`'}`;
    if (region !== undefined && anchor !== undefined) return 'needs no `anchor` with a `region`';
    return aspect !== undefined && fill !== undefined ? 'needs no `fill` with an `aspect`' : undefined;
  },
  input: frame,
  output: frame,
  random: ({ random }) => random,
  cost: { millisecondsPerMegapixel: 2 },
  memory: resultOnly,
  least: ({ size, fill }) => (fill === undefined ? undefined : size),
  shape: (params, picture) => E.right({ ...picture, ...croppedSize(params, picture) }),
  laws: {
    range: () => [0, 1],
    equivariant: (params, picture) =>
      params.region === undefined && (params.anchor ?? 'centre') === 'centre' && !params.random
        ? flipsOfCentred(picture, croppedSize(params, picture))
        : [],
  },
  map:
    (params, ctx) =>
    ({ key, value: photo }) => {
      const random = ctx.random(key);
      return pipe(
        TE.fromEither(regionOf(params, photo, (name, most) => random.integer(name, 0, most))),
        TE.map((region) => {
          const part = cutOut(photo, region, params.fill ?? 'edge');
          const samples = withLightOf(photo.samples, part.samples);
          return { ...part, samples, metadata: metadataOfRegion(photo, region, region) };
        }),
      );
    },
});
