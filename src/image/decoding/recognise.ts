import type { Reason } from '../../disk/left-out.js';
import { firstBytes } from '../../disk/regular.js';
import { definedOnly } from '../../ports/defined.js';
import {
  type ForeignFormat,
  foreignNames,
  installHint,
  isForeign,
  isInstalled,
} from '../foreign/packages.js';
import { sniff } from './sniff.js';

/** Names that files have whose pictures `decode` reads: what is so called and is none has a place among what failed. */
const isNamedPicture = (path: string): boolean =>
  /\.(?:jpg|jpeg|jpe|jfif|mpo|png|tif|tiff|webp|avif|gif)$/i.test(path);

/** Bytes that tell what a file is. */
const ENOUGH = 4096;

/**
 * Why a file is none that `decode` reads; undefined where it is one, or is called like one. It is known by what it is, whatever
 * it is called. One that cannot be looked at may be a photo: whoever reads it says what is wrong.
 *
 * @param file absolute path, of no link
 * @param isThere whether the decoder for a format is installed
 * @param name what it is called, where that is by a link to it
 */
export const reasonToLeave = async (
  file: string,
  isThere: (format: ForeignFormat) => boolean = isInstalled,
  name = file,
): Promise<Reason | undefined> => {
  if (isNamedPicture(name)) return undefined;
  const bytes = await firstBytes(file, ENOUGH).catch(() => undefined);
  if (bytes === undefined) return undefined;
  if (bytes.length === 0) return { what: 'empty' };
  const found = sniff(bytes);
  switch (found.kind) {
    case 'supported':
      if (isForeign(found.format) && !isThere(found.format))
        return { what: foreignNames[found.format], hint: installHint(found.format) };
      return undefined;
    case 'damaged':
      return undefined;
    case 'unsupported':
      return { what: found.name, ...definedOnly({ hint: found.hint }) };
    case 'unknown':
      return { what: 'no picture' };
  }
};
