import * as E from 'fp-ts/lib/Either.js';
import { mergeMap } from 'rxjs';
import { defineOp } from '../../operator/define.js';
import { defaulted, integer } from '../../operator/params/index.js';
import { type Frame, frame, type Outcome } from '../../ports/index.js';
import { through } from '../../streams/through.js';
import { tilesOf } from './cut.js';

export const tile = defineOp({
  name: 'tile',
  about: 'Cut a picture into tiles that overlap, to be worked on one by one and put together by `untile`',
  params: {
    size: defaulted(integer({ min: 16, max: 65536 }), 1024, 'The most pixels a tile is for, on a side'),
    overlap: defaulted(
      integer({ min: 0, max: 8192 }),
      64,
      'How far a tile looks beyond that: twice as far as what works on it looks around a pixel, or farther',
    ),
    multiple: defaulted(
      integer({ min: 1, max: 1024 }),
      1,
      'Tiles begin at multiples of it, as networks need that make pictures smaller inside',
    ),
  },
  main: 'size',
  complaint: ({ size, overlap }) =>
    overlap > size ? `has an overlap of ${overlap} pixels, more than the ${size} of a tile` : undefined,
  input: frame,
  output: frame,
  laws: { remakes: true },
  flow: (params) =>
    through<Outcome<Frame>, Outcome<Frame>>(
      mergeMap((outcome): readonly Outcome<Frame>[] =>
        E.isLeft(outcome) ? [outcome] : tilesOf(params, outcome.right).map(E.right),
      ),
    ),
});
