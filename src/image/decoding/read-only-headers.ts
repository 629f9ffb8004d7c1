import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { definedOnly } from '../../ports/defined.js';
import { declaredByNumbers } from '../colour/declared.js';
import type { Carried } from '../containers/container.js';
import { readExr } from '../containers/exr.js';
import { readHeif } from '../containers/heif.js';
import { readJxl } from '../containers/jxl.js';
import { readRadiance } from '../containers/radiance.js';
import { colourOf, corrupt, type Header, ordinary, type Read, unsupported } from './header-form.js';

/*
 * Formats that are read by decoders other than libvips, and never written.
 */

/** The header of HEIC and HEIF. */
export const heic = (encoded: Uint8Array, name: string): Read =>
  pipe(
    readHeif(encoded),
    E.bimap(
      ({ kind, reason }) =>
        kind === 'damaged'
          ? corrupt(name, reason)
          : unsupported(`${name} is HEIF that cannot be read: ${reason}.`),
      ({ pictures, grey, ...rest }): Header => ({
        ...ordinary,
        ...rest,
        format: 'heic',
        source: 'heic',
        model: grey ? 'grey' : 'rgb',
        pages: pictures,
        depth: rest.bits > 8 ? 'uint16' : 'uint8',
        lossless: false,
        // A profile outranks them.
        ...colourOf(rest.icc || !rest.codePoints ? undefined : declaredByNumbers(rest.codePoints)),
        encoded,
      }),
    ),
  );

/** The header of JPEG XL. */
export const jxl = (encoded: Uint8Array, name: string): Read => {
  const header = readJxl(encoded);
  if (header === undefined) return E.left(corrupt(name, 'it holds no JPEG XL picture'));
  const { animated, ...rest } = header;
  return E.right({
    ...ordinary,
    ...rest,
    format: 'jxl',
    source: 'jxl',
    // How many there are stands nowhere before them.
    pages: animated ? 2 : 1,
    depth: rest.bits > 8 ? 'uint16' : 'uint8',
    lossless: false,
    encoded,
  });
};

/** The header of OpenEXR. */
export const exr = (encoded: Uint8Array, name: string): Read =>
  pipe(
    readExr(encoded),
    E.bimap(
      ({ kind, reason }) =>
        kind === 'damaged'
          ? corrupt(name, reason)
          : unsupported(`${name} is OpenEXR that cannot be read: ${reason}.`),
      ({ width, height, grey, alpha, chromaticities: primaries, complete, leftovers }): Header => ({
        ...ordinary,
        ...bare,
        ...{ width, height, alpha, complete, leftovers, encoded },
        ...definedOnly({ primaries }),
        format: 'exr',
        source: 'exr',
        model: grey ? 'grey' : 'rgb',
        bits: 32,
        depth: 'float32',
      }),
    ),
  );

/** The header of Radiance HDR. */
export const radiance = (encoded: Uint8Array, name: string): Read =>
  pipe(
    readRadiance(encoded),
    E.bimap(
      (reason) => corrupt(name, reason),
      ({ width, height }): Header => ({
        ...ordinary,
        ...bare,
        width,
        height,
        format: 'radiance',
        source: 'radiance',
        bits: 32,
        depth: 'float32',
        encoded,
      }),
    ),
  );

/** What a file carries that has no place for anything. */
const bare: Carried = {
  exif: undefined,
  xmp: undefined,
  icc: undefined,
  iptc: undefined,
  photoshop: undefined,
  density: undefined,
  blocks: [],
  leftovers: [],
};
