import { skip as skipValues, take as takeValues } from 'rxjs';
import type { Flow } from '../flow.js';
import { atLeast } from '../options.js';
import { through } from '../through.js';

/**
 * The first `count` values, failures included. The source is closed as soon as the last of them has come; `take(0)`
 * does not touch it.
 */
export const take = <A>(count: number): ((source: Flow<A>) => Flow<A>) =>
  through(takeValues(atLeast(0, 'count', count)));

/** All but the first `count` values, failures included: where a resumed run goes on within an epoch. */
export const skip = <A>(count: number): ((source: Flow<A>) => Flow<A>) =>
  through(skipValues(atLeast(0, 'count', count)));
