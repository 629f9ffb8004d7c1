import * as TE from 'fp-ts/lib/TaskEither.js';
import { defineOp } from '../../operator/define.js';
import { defaulted, interval } from '../../operator/params/index.js';
import { frame } from '../../ports/index.js';
import { drawOf } from './draw.js';
import type { noisy as Noisy } from './program.js';

export const degradeNoise = defineOp({
  name: 'degrade.noise',
  about: 'Add the noise of a sensor to a photo, to learn how to take it out',
  params: {
    iso: defaulted(
      interval({ min: 0, max: 1_000_000 }),
      [400, 12_800] as const,
      'Sensitivity that the photo looks as if taken at; 0 is none of this noise',
    ),
    colour: defaulted(
      interval({ min: 0, max: 1 }),
      [0.3, 1] as const,
      'Share of the noise that differs between red, green and blue; the rest is grey grain',
    ),
    grain: defaulted(
      interval({ min: 1, max: 4 }),
      [1, 1.6] as const,
      'Size of the grain in pixels: 1 is different in every pixel, more is what converters of raw files leave',
    ),
    sigma: defaulted(
      interval({ min: 0, max: 255 }),
      [0, 0] as const,
      'Besides, even noise of the encoded values: its standard deviation in levels of 255, as denoisers are tested with',
    ),
  },
  main: 'iso',
  input: frame,
  output: frame,
  random: ({ iso, sigma }) => iso[1] > 0 || sigma[1] > 0,
  cost: { millisecondsPerMegapixel: 200, bytesPerPixel: 100 },
  laws: { identity: { iso: 0, sigma: 0 }, range: () => [0, 1] },
  tensor: {
    inputs: drawOf,
    // Random numbers are drawn by tfjs, which is loaded when there is a photo to work on.
    load: () =>
      TE.fromTask(async () => ({
        value: (await import('./program.js')).noisy,
        close: async () => undefined,
      })),
    program: (tf, params, _shape, noisy: typeof Noisy) => noisy(tf, params),
  },
});
