import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError } from '../../diagnostics/index.js';
import { onDisk } from '../../disk/names.js';
import { readBytes } from '../../disk/read.js';
import { sharp } from '../libvips.js';
import { MAX_BYTES } from '../limits.js';

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
const openable = async (path: string): Promise<string | Uint8Array> => {
  if (typeof onDisk(path) === 'string') return path;
  const bytes = await readBytes(path, MAX_BYTES)();
  if (E.isLeft(bytes)) throw new DiagnosticError(bytes.left);
  return bytes.right;
};
