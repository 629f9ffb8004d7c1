import { fromLatin1, latin1 } from './bytes.js';

/**
 * XMP packets (ISO 16684-1) are XML, but only single numbers of them are patched here, in either of the two spellings
 * (attribute or element); the rest stays as it was, byte for byte.
 */
const withNumbers = (xmp: Uint8Array, numbers: Readonly<Record<string, number>>): Uint8Array =>
  fromLatin1(
    Object.entries(numbers).reduce(
      (text, [name, value]) =>
        text
          .replace(new RegExp(`(\\b${name}\\s*=\\s*["'])\\d+(?=["'])`, 'g'), `$1${value}`)
          .replace(new RegExp(`(<${name}>)\\s*\\d+\\s*(?=</${name}>)`, 'g'), `$1${value}`),
      latin1(xmp),
    ),
  );

/** A copy of the packet that says the picture is upright. */
export const withUprightXmp = (xmp: Uint8Array): Uint8Array => withNumbers(xmp, { 'tiff:Orientation': 1 });

/** A copy of the packet whose size properties, where it has them, say the size of the picture. */
export const withXmpSize = (xmp: Uint8Array, width: number, height: number): Uint8Array =>
  withNumbers(xmp, {
    'tiff:ImageWidth': width,
    'tiff:ImageLength': height,
    'exif:PixelXDimension': width,
    'exif:PixelYDimension': height,
  });
