import { relative } from 'node:path';
import { printable } from '../diagnostics/index.js';

export { printable };

/** A path as somebody in a folder would write it, as it can be shown. */
export const shortPath = (path: string, folder: string): string => {
  const way = relative(folder, path);
  if (way === '') return '.';
  return printable(way.startsWith('..') ? path : way);
};
