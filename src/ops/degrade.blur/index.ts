import { defineOp } from '../../operator/define.js';
import { defaulted, interval, listOf, number, oneOf } from '../../operator/params/index.js';
import { frame } from '../../ports/index.js';
import { drawKernel, kernelSide } from './kernel.js';
import { blurred } from './program.js';

export const degradeBlur = defineOp({
  name: 'degrade.blur',
  about: 'Blur a photo as a moving or wrongly focused camera does, to learn how to sharpen it',
  params: {
    kind: defaulted(
      listOf(oneOf('motion', 'defocus')),
      ['motion', 'defocus'] as const,
      'What blurs it; of several, one is drawn for each photo',
    ),
    size: defaulted(
      interval({ min: 0, max: 100 }),
      [2, 12] as const,
      'Length of the way that the camera moves, or width of the disc that a point becomes, in pixels',
    ),
    shake: defaulted(
      number({ min: 0, max: 1 }),
      0.5,
      'How crooked the way is: 0 is a straight line, 1 the tremble of a hand',
    ),
  },
  main: 'size',
  input: frame,
  output: frame,
  random: ({ size }) => size[1] > 0,
  cost: { millisecondsPerMegapixel: 250, bytesPerPixel: 60 },
  laws: {
    identity: { size: 0 },
    range: () => [0, 1],
    receptiveRadius: (params) => (kernelSide(params) - 1) / 2,
  },
  tensor: {
    inputs: (params, random) => ({ kernel: drawKernel(params, random) }),
    program: blurred,
  },
});
