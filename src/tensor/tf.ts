import type * as tf from '@tensorflow/tfjs';

/** The tfjs module; operators get it as an argument, since loading it takes a quarter of a second. */
export type Tf = typeof tf;
