import { readFile } from 'node:fs/promises';
import { onDisk } from '../../disk/names.js';
import { sharp } from '../libvips.js';

/** Width and height of a photo as it is decoded, upright, by its header alone; undefined where that cannot be read. */
export const sizeOf = async (
  path: string,
): Promise<{ readonly width: number; readonly height: number } | undefined> => {
  try {
    const { autoOrient } = await sharp(await openable(path)).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch {
    return undefined;
  }
};

/** The decoder takes names that are text, and else the bytes of the file. */
const openable = async (path: string): Promise<string | Buffer> =>
  typeof onDisk(path) === 'string' ? path : readFile(onDisk(path));
