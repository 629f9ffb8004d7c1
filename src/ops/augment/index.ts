import { defineOp } from '../../operator/define.js';
import { floatPictures } from '../../operator/memory.js';
import { boolean, defaulted, interval, number, oneOf } from '../../operator/params/index.js';
import { frame } from '../../ports/index.js';
import { drawOf } from './draw.js';
import { augmented } from './program.js';

export const augment = defineOp({
  name: 'augment',
  about: 'Vary photos at random, so that a small collection teaches as much as a large one',
  params: {
    flip: defaulted(boolean, true, 'Mirror every other picture, left to right'),
    rotate: defaulted(
      oneOf(0, 90, 180),
      0,
      'Turn by a multiple of so many degrees; a picture that is not square is turned upside down at most',
    ),
    zoom: defaulted(
      interval({ min: 0.1, max: 10 }),
      [1, 1] as const,
      'Factor of the size: above 1 a part is enlarged, below 1 the picture is mirrored at its borders',
    ),
    light: defaulted(
      number({ min: 0, max: 0.9 }),
      0,
      'Share by which light is more or less: 0.1 is from 90 % to 110 %',
    ),
    colour: defaulted(
      number({ min: 0, max: 0.9 }),
      0,
      'Share by which each of red, green and blue is more or less, on top of that',
    ),
    grey: defaulted(
      number({ min: 0, max: 1 }),
      0,
      'Share of the photos that lose their colours, to learn black and white photos as well',
    ),
  },
  input: frame,
  output: frame,
  random: ({ flip, rotate, zoom, light, colour, grey }) =>
    // Enlarged by however much, it is a random part that is seen.
    flip || rotate > 0 || zoom[0] < zoom[1] || zoom[1] > 1 || light > 0 || colour > 0 || grey > 0,
  cost: { millisecondsPerMegapixel: 60 },
  memory: floatPictures(9),
  laws: { identity: { flip: false, rotate: 0, zoom: 1, light: 0, colour: 0, grey: 0 } },
  tensor: {
    geometry: true,
    inputs: drawOf,
    program: (tf, params) => augmented(tf, params).opaque,
    transparent: (tf, params) => augmented(tf, params).transparent,
  },
});
