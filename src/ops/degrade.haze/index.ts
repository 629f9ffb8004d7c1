import { defineOp } from '../../operator/define.js';
import { boolean, defaulted, interval } from '../../operator/params/index.js';
import { frame } from '../../ports/index.js';
import { hazed } from './program.js';
import { sceneOf } from './scene.js';

export const degradeHaze = defineOp({
  name: 'degrade.haze',
  about: 'Put haze of a random depth into a clear photo, to learn how to take it out',
  params: {
    density: defaulted(
      interval({ min: 0, max: 20 }),
      [0.3, 1.8] as const,
      'Optical depth of the farthest things: 0 is clear air, 1 lets 37 % of their light through, 3 only 5 %',
    ),
    near: defaulted(
      interval({ min: 0, max: 1 }),
      [0.1, 0.7] as const,
      'How far the nearest thing is, as a share of the farthest: 0 reaches from the lens on, 1 is haze as even as a veil',
    ),
    airlight: defaulted(
      interval({ min: 0, max: 1 }),
      [0.75, 1] as const,
      'Brightness of the haze where nothing is seen through it, as encoded',
    ),
    tint: defaulted(
      interval({ min: 0, max: 0.5 }),
      [0, 0.04] as const,
      'How far the colour of the haze is from grey: warm, cool, green or magenta',
    ),
    linear: defaulted(
      boolean,
      false,
      'Mix light and not encoded values: nearer to real haze, further from published data sets',
    ),
  },
  main: 'density',
  input: frame,
  output: frame,
  random: ({ density }) => density[1] > 0,
  cost: { millisecondsPerMegapixel: 120, bytesPerPixel: 60 },
  laws: { identity: { density: 0 }, range: () => [0, 1] },
  tensor: {
    inputs: sceneOf,
    program: hazed,
  },
});
