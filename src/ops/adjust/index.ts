import { defineOp } from '../../operator/define.js';
import { defaulted, listOf, number, optional, refine } from '../../operator/params/index.js';
import { frame } from '../../ports/index.js';
import { adjustments } from './program.js';

const percent = number({ min: -100, max: 100 });

/** Points nearer to each other than a level of 16 bits would make a slope that float32 cannot hold. */
const isRising = (points: readonly (readonly number[])[]): boolean =>
  points.every(([x = 0], i) => i === 0 || x - (points[i - 1]?.[0] ?? 0) >= 1 / 65535);

const curve = refine(
  listOf(listOf(number({ min: 0, max: 1 }), { min: 2, max: 2 }), { min: 2, max: 16 }),
  (points) =>
    isRising(points) ? undefined : 'must have points from left to right: the first numbers must rise',
);

export const adjust = defineOp({
  name: 'adjust',
  about: 'Correct light and colour: exposure, white balance, contrast, saturation, curve',
  params: {
    exposure: defaulted(number({ min: -10, max: 10 }), 0, 'Stops of light more or less'),
    temperature: defaulted(
      number({ min: 2000, max: 15_000 }),
      6500,
      'Colour of the light that the photo was taken in, in kelvin; more is warmer',
    ),
    tint: defaulted(number({ min: -150, max: 150 }), 0, 'From green (-150) to magenta (150)'),
    highlights: defaulted(percent, 0, 'Bright surfaces darker (-100) or brighter (100), white kept'),
    shadows: defaulted(percent, 0, 'Dark surfaces darker (-100) or brighter (100), black kept'),
    contrast: defaulted(percent, 0, 'Steeper (100) or flatter (-100) around middle grey'),
    gamma: defaulted(number({ min: 0.1, max: 10 }), 1, 'Above 1 middle tones become brighter'),
    curve: optional(curve, 'Points [from, to] of a tone curve, both 0..1 as encoded, from dark to bright'),
    saturation: defaulted(percent, 0, 'From grey (-100) to twice as colourful (100)'),
    vibrance: defaulted(percent, 0, 'The same for pale colours; vivid ones change little'),
  },
  main: 'exposure',
  input: frame,
  output: frame,
  cost: { millisecondsPerMegapixel: 40, bytesPerPixel: 60 },
  laws: {
    identity: {
      exposure: 0,
      temperature: 6500,
      tint: 0,
      highlights: 0,
      shadows: 0,
      contrast: 0,
      gamma: 1,
      curve: [
        [0, 0],
        [1, 1],
      ],
      saturation: 0,
      vibrance: 0,
    },
    equivariant: () => ['flip-x', 'flip-y', 'rotate-90'],
  },
  tensor: {
    pointwise: ({ highlights, shadows }) => highlights === 0 && shadows === 0,
    program: (tf, params, { channels }) => adjustments(tf, params, channels === 1),
  },
});
