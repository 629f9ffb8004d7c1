import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { defineJoin } from '../../operator/define.js';
import { defaulted, number, oneOf } from '../../operator/params/index.js';
import { type Frame, frame, type Item, type Pair } from '../../ports/index.js';
import { type ItemFlow, mapLanes, pair } from '../../streams/index.js';

export const blend = defineJoin({
  name: 'blend',
  about: 'Lay an edited stream over another, such as the original, as layers in an editor',
  params: {
    mode: defaulted(
      oneOf(
        'normal',
        'multiply',
        'screen',
        'overlay',
        'darken',
        'lighten',
        'colour-dodge',
        'colour-burn',
        'hard-light',
        'soft-light',
        'difference',
        'exclusion',
        'hue',
        'saturation',
        'colour',
        'luminosity',
      ),
      'normal',
      'How the two are mixed, as in editors and in CSS',
    ),
    opacity: defaulted(number({ min: 0, max: 1 }), 1, 'How much of what lies on top is seen'),
  },
  streams: { base: frame, top: frame },
  output: frame,
  cost: { millisecondsPerMegapixel: 40, bytesPerPixel: 3 },
  laws: {
    equivariant: () => ['flip-x', 'flip-y', 'rotate-90', 'shift-x'],
    range: () => [0, 1],
    idempotent: ({ mode }) =>
      ['normal', 'darken', 'lighten', 'hue', 'saturation', 'colour', 'luminosity'].includes(mode),
  },
  join:
    ({ mode, opacity }, { path, jobs }) =>
    ({ base, top }) =>
      pipe(
        // The ports of both streams were checked when the pipeline was compiled.
        pair(path, base as ItemFlow<Frame>, top as ItemFlow<Frame>),
        mapLanes(
          ({ value: { from, to } }: Item<Pair<Frame, Frame>>, signal) =>
            pipe(
              TE.fromTask(() => import('./blend.js')),
              TE.chain(({ blendFrames }) => blendFrames(from, to, mode, opacity, signal)),
            ),
          { operator: path, lanes: jobs },
        ),
      ),
});
