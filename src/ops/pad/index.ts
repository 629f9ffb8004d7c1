import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { metadataOfRegion } from '../../image/metadata/framing.js';
import { cutOut } from '../../image/samples/window.js';
import { defineOp } from '../../operator/define.js';
import { resultOnly } from '../../operator/memory.js';
import { anchor, aspect, fill } from '../../operator/params/framing.js';
import { defaulted, optional, size } from '../../operator/params/index.js';
import { flipsOfCentred, roomBefore } from '../../picture/framing/anchor.js';
import { frame } from '../../ports/index.js';
import { paddedSize } from './frame-size.js';

export const pad = defineOp({
  name: 'pad',
  about: 'Fill a picture up around its edges: to a size, to a multiple, or to a ratio of sides',
  params: {
    size: optional(size({ min: 1, max: 100_000 }), 'Width and height in pixels to fill up to'),
    multiple: optional(size({ min: 1, max: 100_000 }), 'Fill up to the next multiple of so many pixels'),
    aspect: optional(aspect, 'Fill up to this ratio of width to height'),
    fill: defaulted(
      fill,
      'reflect',
      'What comes around it: the picture mirrored (reflect, or symmetric with the outermost pixel twice), its edge going on, the picture anew (wrap), or a colour',
    ),
    anchor: defaulted(anchor, 'centre', 'Where the picture stands'),
  },
  main: 'size',
  complaint: ({ size, multiple, aspect }) =>
    [size, multiple, aspect].filter((each) => each !== undefined).length === 1
      ? undefined
      : 'takes one of `size`, `multiple` and `aspect`',
  input: frame,
  output: frame,
  cost: { millisecondsPerMegapixel: 2 },
  memory: resultOnly,
  shape: (params, picture) =>
    pipe(
      paddedSize(params, picture),
      E.map((becomes) => ({ ...picture, ...becomes })),
    ),
  laws: {
    range: () => [0, 1],
    equivariant: (params, picture) => {
      const padded = paddedSize(params, picture);
      return E.isRight(padded) && params.anchor === 'centre' ? flipsOfCentred(picture, padded.right) : [];
    },
  },
  map:
    (params) =>
    ({ value: photo }) =>
      pipe(
        TE.fromEither(paddedSize(params, photo)),
        TE.map(({ width, height }) => {
          const { left, top } = roomBefore(params.anchor, width - photo.width, height - photo.height);
          const region = { left: -left, top: -top, width, height };
          const metadata = metadataOfRegion(photo, region, region);
          return { ...cutOut(photo, region, params.fill), metadata };
        }),
      ),
});
