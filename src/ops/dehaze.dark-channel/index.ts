import { defineOp } from '../../operator/define.js';
import { colour, defaulted, integer, number, optional, refine } from '../../operator/params/index.js';
import { frame } from '../../ports/index.js';
import { dehaze } from './program.js';

export const darkChannel = defineOp({
  name: 'dehaze.dark-channel',
  about: 'Take haze out of a photo by the dark channel prior (He, Sun, Tang), without any network',
  params: {
    strength: defaulted(
      number({ min: 0, max: 1 }),
      0.95,
      'Share of the haze to take away; a little of it left keeps the distance',
    ),
    protect: defaulted(
      number({ min: 0, max: 1 }),
      0.25,
      'How near to the colour of the haze a place is thinned out less, lest sky and noise become blotches; 0 as in the paper',
    ),
    airlight: optional(colour, 'Colour of the haze where it is thickest; found in the picture if not given'),
    patch: defaulted(
      refine(integer({ min: 1, max: 101 }), (side) => (side % 2 === 1 ? undefined : 'must be odd')),
      15,
      'Side of the squares in which something dark is expected, in pixels at `detail`',
    ),
    floor: defaulted(
      number({ min: 0.01, max: 1 }),
      0.1,
      'The least share of light that is taken to come through: contrast grows by its inverse at most',
    ),
    radius: defaulted(
      integer({ min: 1, max: 200 }),
      20,
      'How far the estimate is smoothed between edges, in pixels at `detail`',
    ),
    epsilon: defaulted(
      number({ min: 1e-5, max: 1 }),
      0.001,
      'Variance, of values 0..1, from which on something counts as an edge',
    ),
    detail: defaulted(integer({ min: 64, max: 4096 }), 800, 'Longest side at which the haze is estimated'),
  },
  main: 'strength',
  input: frame,
  output: frame,
  cost: { millisecondsPerMegapixel: 180, bytesPerPixel: 80 },
  laws: { identity: { strength: 0 }, equivariant: () => ['flip-x', 'flip-y', 'rotate-90'] },
  tensor: { program: dehaze },
});
