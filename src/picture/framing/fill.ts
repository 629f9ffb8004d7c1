import { anyOf, colour, oneOf } from '../../operator/params/index.js';

/** The parameter: what stands beyond the edges of a picture. */
export const fill = anyOf(oneOf('reflect', 'symmetric', 'edge', 'wrap'), colour);
