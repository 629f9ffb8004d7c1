import { anyOf, oneOf, type Size, size } from '../../operator/params/index.js';

/** The parameter: a usual ratio of width to height such as `3:2`, or any as `[width, height]`. */
export const aspect = anyOf(
  oneOf('1:1', '5:4', '4:5', '4:3', '3:4', '7:5', '5:7', '3:2', '2:3', '16:9', '9:16', '2:1', '1:2', '21:9'),
  size(),
);

/** Width over height. */
export const ratioOf = (written: string | Size): number => {
  if (typeof written !== 'string') return written.width / written.height;
  const [across = 1, down = 1] = written.split(':').map(Number);
  return across / down;
};
