import { isAbsolute, relative } from 'node:path';

/** True for a folder itself and for what lies below it, by the paths alone: links must have been followed before. */
export const isBelow = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way !== '..' && !/^\.\.[/\\]/.test(way) && !isAbsolute(way);
};
