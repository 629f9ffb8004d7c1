import { anyOf, colour, size } from './compounds.js';
import { oneOf } from './scalars.js';

/** The parameter: `centre`, a side, or a corner. */
export const anchor = oneOf(
  'centre',
  'top',
  'bottom',
  'left',
  'right',
  'top-left',
  'top-right',
  'bottom-left',
  'bottom-right',
);

/** The parameter: a usual ratio of width to height such as `3:2`, or any as `[width, height]`. */
export const aspect = anyOf(
  oneOf('1:1', '5:4', '4:5', '4:3', '3:4', '7:5', '5:7', '3:2', '2:3', '16:9', '9:16', '2:1', '1:2', '21:9'),
  size(),
);

/** The parameter: what stands beyond the edges of a picture. */
export const fill = anyOf(oneOf('reflect', 'symmetric', 'edge', 'wrap'), colour);
