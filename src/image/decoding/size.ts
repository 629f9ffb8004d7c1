import * as E from 'fp-ts/lib/Either.js';
import { DiagnosticError } from '../../diagnostics/index.js';
import { onDisk } from '../../disk/names.js';
import { readBytes } from '../../disk/read.js';
import { sharp } from '../libvips.js';
import { MAX_BYTES } from '../limits.js';
import { surveyed } from './survey.js';

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Width and height of a photo as it is decoded, upright, by its header alone; undefined where that cannot be read. */
export const sizeOf = async (path: string): Promise<Size | undefined> => {
  try {
    const { autoOrient, format } = await sharp(await openable(path)).metadata();
    // Of a raw file in TIFF's form it would be that of a thumbnail.
    return format === 'tiff' ? await byHeader(path) : { width: autoOrient.width, height: autoOrient.height };
  } catch {
    return byHeader(path);
  }
};

/** By our own reading of it, for what the decoder does not know. */
const byHeader = async (path: string): Promise<Size | undefined> => {
  const found = await surveyed({ path })();
  return E.isRight(found) ? { width: found.right.width, height: found.right.height } : undefined;
};

/** The decoder takes names that are text, and else the bytes of the file. */
const openable = async (path: string): Promise<string | Uint8Array> => {
  if (typeof onDisk(path) === 'string') return path;
  const bytes = await readBytes(path, MAX_BYTES)();
  if (E.isLeft(bytes)) throw new DiagnosticError(bytes.left);
  return bytes.right;
};
