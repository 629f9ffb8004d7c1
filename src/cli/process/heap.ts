import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap of JavaScript small, for the whole process; to be called before anything else is loaded. Pixels live outside
 * of it. What lives in it dies young, so the space for the young need not grow to the 48 MB that V8 would otherwise take in a
 * long run; nor need the rest become twice what is alive before it is cleared. Functions are compiled to fast code only where
 * they are hot within a photo, as loops over pixels are: those that run a few times a photo would be one by one in the course of
 * thousands, and what their compilation took is not given back.
 */
export const keepHeapSmall = (): void => {
  for (const flag of smallHeapFlags(process.versions.v8)) setFlagsFromString(flag);
};

/** The flags that a version of V8 knows: of one that it does not know, it complains on standard error at every start. */
export const smallHeapFlags = (v8: string): readonly string[] => [
  '--semi-space-growth-factor=1',
  '--heap-growing-percent=30',
  // Bytes of bytecode that a function goes through before it is compiled: 60 times V8's own. From version 12 on (Node 22)
  // V8 counts invocations instead.
  ...(Number.parseInt(v8, 10) < 12 ? ['--interrupt-budget=4000000'] : []),
];
