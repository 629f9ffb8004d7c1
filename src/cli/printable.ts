import { relative } from 'node:path';
import { printable } from '../diagnostics/index.js';
import { isObjectUrl, shownPath } from '../disk/objects/address.js';

export { printable };

/** A path as somebody in a folder would write it, as it can be shown; of one that stands for objects, their address. */
export const shortPath = (path: string, folder: string): string => {
  const shown = shownPath(path);
  if (isObjectUrl(shown)) return printable(shown);
  const way = relative(folder, path);
  if (way === '') return '.';
  return printable(way.startsWith('..') ? path : way);
};
