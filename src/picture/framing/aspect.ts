import type { Size } from '../../ports/index.js';

/** Width over height. */
export const ratioOf = (written: string | Size): number => {
  if (typeof written !== 'string') return written.width / written.height;
  const [across = 1, down = 1] = written.split(':').map(Number);
  return across / down;
};
