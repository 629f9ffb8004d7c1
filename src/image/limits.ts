/** Pixels that a picture may have unless more are allowed: 400 megapixels, beyond any camera and most panoramas. */
export const MAX_PIXELS = 400_000_000;

/** Bytes that a file may have unless more are allowed: 1 GiB. */
export const MAX_BYTES = 2 ** 30;

/**
 * Bytes of memory that work on a photo may always take: 64 MiB. The program itself takes more; a lower limit only makes tiles
 * smaller.
 */
export const LEAST_MEMORY = 64 * 2 ** 20;

/** Pieces of metadata that a file may have: a million empty ones would take a hundred times the memory of their file. */
export const MAX_PIECES = 65_536;

/** The longest side that each format can hold. */
export const MAX_SIDE = {
  jpeg: 65_535,
  png: 2 ** 31 - 1,
  webp: 16_383,
  avif: 16_384,
  tiff: 2 ** 31 - 1,
  gif: 65_535,
} as const;

/** A number of bytes for people. */
export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

/** A number of pixels for people. */
export const megapixels = (pixels: number): string =>
  `${(pixels / 1e6).toFixed(pixels < 1e7 ? 1 : 0)} megapixels`;
