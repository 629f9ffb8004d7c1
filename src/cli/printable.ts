import { relative } from 'node:path';

/** Names of files can hold anything, line ends and escape sequences included. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '·');

/** A path as somebody in a folder would write it. */
export const shortPath = (path: string, folder: string): string => {
  const way = relative(folder, path);
  if (way === '') return '.';
  return way.startsWith('..') ? path : way;
};
