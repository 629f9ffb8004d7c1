import { freemem } from 'node:os';

/** Half of what is free now: photos, weights and other programs take their part too. */
export const memoryShare = (): number => {
  const allowed = process.constrainedMemory();
  const free = allowed > 0 ? Math.min(freemem(), allowed) : freemem();
  return Math.max(256 * 2 ** 20, free / 2);
};
