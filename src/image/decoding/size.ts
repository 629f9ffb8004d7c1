import { sharp } from '../libvips.js';

/** Width and height of a photo as it is decoded, upright, by its header alone; undefined where that cannot be read. */
export const sizeOf = async (
  path: string,
): Promise<{ readonly width: number; readonly height: number } | undefined> => {
  try {
    const { autoOrient } = await sharp(path).metadata();
    return { width: autoOrient.width, height: autoOrient.height };
  } catch {
    return undefined;
  }
};
