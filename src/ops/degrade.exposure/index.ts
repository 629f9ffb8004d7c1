import { defineOp } from '../../operator/define.js';
import { floatPictures } from '../../operator/memory.js';
import { defaulted, interval, number } from '../../operator/params/index.js';
import { frame } from '../../ports/index.js';
import { drawOf } from './draw.js';
import { exposed } from './program.js';

export const degradeExposure = defineOp({
  name: 'degrade.exposure',
  about: 'Expose a photo wrongly, to learn how to put it right',
  params: {
    stops: defaulted(
      interval({ min: -10, max: 10 }),
      [-2, 2] as const,
      'Stops of light too few (below 0) or too many; what becomes brighter than white is lost',
    ),
    shoulder: defaulted(
      interval({ min: 0, max: 8 }),
      [0, 0] as const,
      'How strongly the camera rolls highlights off after exposing: 0 not at all, 2 as many cameras do, 4 much',
    ),
    gamma: defaulted(
      interval({ min: 0.25, max: 4 }),
      [1, 1] as const,
      'Exponent of the values afterwards: below 1 lighter and flatter, above 1 darker',
    ),
    balance: defaulted(
      number({ min: 0, max: 2 }),
      0,
      'Stops by which red and blue each drift to either side, as a wrong white balance lets them; grey photos have none',
    ),
    share: defaulted(
      number({ min: 0, max: 1 }),
      1,
      'Share of the photos that are exposed wrongly; the others stay as they are, to learn what needs nothing',
    ),
  },
  main: 'stops',
  input: frame,
  output: frame,
  random: ({ stops, shoulder, gamma, balance, share }) =>
    share > 0 &&
    (stops[0] < stops[1] || shoulder[0] < shoulder[1] || gamma[0] < gamma[1] || balance > 0 || share < 1),
  cost: { millisecondsPerMegapixel: 45 },
  memory: floatPictures(6),
  laws: { identity: { stops: 0, gamma: 1, balance: 0 }, range: () => [0, 1] },
  tensor: { pointwise: () => true, inputs: drawOf, program: exposed },
});
