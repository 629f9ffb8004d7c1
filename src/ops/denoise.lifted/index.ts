import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { defineOp } from '../../operator/define.js';
import { floatPictures } from '../../operator/memory.js';
import { defaulted, number } from '../../operator/params/index.js';
import { frame, pair } from '../../ports/index.js';

export const denoiseLifted = defineOp({
  name: 'denoise.lifted',
  about: 'Take out the noise that came up where an edit lifted the light, and leave the rest of it alone',
  params: {
    strength: defaulted(
      number({ min: 0, max: 4 }),
      1,
      'How strong noise is taken to be, as a multiple of what is found: more smooths more, 0 changes nothing',
    ),
  },
  main: 'strength',
  input: pair(frame, frame),
  output: frame,
  cost: { millisecondsPerMegapixel: 1500 },
  memory: floatPictures(5),
  laws: {},
  map:
    ({ strength }) =>
    ({ value: { from, to } }, signal) =>
      pipe(
        TE.fromTask(() => import('./denoise.js')),
        TE.chain(({ withoutNoise }) => withoutNoise(from, to, strength, signal)),
      ),
});
