/** Pixels that a picture may have unless more are allowed: 400 megapixels, beyond any camera and most panoramas. */
export const MAX_PIXELS = 400_000_000;

/** Bytes that a file may have unless more are allowed: 1 GiB. */
export const MAX_BYTES = 2 ** 30;

/** The longest side that each format can hold. */
export const MAX_SIDE = {
  jpeg: 65_535,
  png: 2 ** 31 - 1,
  webp: 16_383,
  avif: 16_384,
  tiff: 2 ** 31 - 1,
  gif: 65_535,
} as const;
