import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | undefined;

/**
 * Gives back what nobody holds any more. V8 counts pixels as little as they lie outside of its heap, and would let several large
 * pictures wait to be cleared away; that takes some ten milliseconds, so it is for large ones only.
 */
export const collect = (): void => {
  if (gc === undefined) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
};

/** From so many bytes on that a photo needs, what an operator left is given back before the next one begins. */
export const LARGE = 128 * 2 ** 20;
