import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap of JavaScript small, for the whole process; to be called before anything else is loaded. Pixels live outside
 * of it. What lives in it dies young, so the space for the young need not grow to the 48 MB that V8 would otherwise take in a
 * long run; nor need the rest become twice what is alive before it is cleared.
 */
export const keepHeapSmall = (): void => {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
};
