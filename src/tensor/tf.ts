import type * as tf from './tfjs.js';

/** The tfjs module; operators get it as an argument, since loading it takes a quarter of a second. */
export type Tf = typeof tf;
