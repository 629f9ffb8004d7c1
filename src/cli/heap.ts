import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap of JavaScript small, for the whole process; to be called before anything else is loaded. Pixels live outside
 * of it. What lives in it dies young, so the space for the young need not grow to the 48 MB that V8 would otherwise take in a
 * long run; nor need the rest become twice what is alive before it is cleared. Functions are compiled to fast code only where
 * they are hot within a photo, as loops over pixels are: those that run a few times a photo would be one by one in the course of
 * thousands, and what their compilation took is not given back.
 */
export const keepHeapSmall = (): void => {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
  // Bytes of bytecode that a function goes through before it is compiled: 60 times V8's own.
  setFlagsFromString('--interrupt-budget=4000000');
};
