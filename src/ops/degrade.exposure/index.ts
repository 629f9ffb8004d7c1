import { defineOp } from '../../operator/define.js';
import { defaulted, interval } from '../../operator/params/index.js';
import { fromLight, toLight } from '../../picture/colour/transfer.js';
import { frame } from '../../ports/index.js';

export const degradeExposure = defineOp({
  name: 'degrade.exposure',
  about: 'Expose a photo wrongly, to learn how to put it right',
  params: {
    stops: defaulted(
      interval({ min: -10, max: 10 }),
      [-2, 2] as const,
      'Stops of light too few (below 0) or too many; what becomes brighter than white is lost',
    ),
  },
  main: 'stops',
  input: frame,
  output: frame,
  random: ({ stops }) => stops[0] < stops[1],
  cost: { millisecondsPerMegapixel: 45, bytesPerPixel: 24 },
  laws: { identity: { stops: 0 }, range: () => [0, 1] },
  tensor: {
    pointwise: () => true,
    inputs: ({ stops }, random) => ({
      gain: { dtype: 'float32', shape: [1], data: Float32Array.of(2 ** random.uniform('stops', ...stops)) },
    }),
    program: (tf, { stops: [from, to] }) =>
      from === 0 && to === 0
        ? (picture) => picture
        : (picture, { gain }) => tf.clipByValue(fromLight(tf, tf.mul(toLight(tf, picture), gain!)), 0, 1),
  },
});
