import library, { type SharpInput, type SharpOptions } from 'sharp';

/**
 * libvips as this program uses it, set up once for the process.
 *
 * - Only loaders that are fuzzed upstream may open a file: JPEG, PNG, WebP, HEIF (AVIF), TIFF, GIF. All others
 *   (SVG, PDF, ImageMagick, …) are blocked, so that a file's content cannot choose a rarely tested parser.
 * - One thread a picture: many pictures are worked on at once, which scales better than threads inside one, and keeps
 *   glibc's heap from fragmenting.
 * - No operation cache: every file is read once, and a cache keyed by name would answer with an old file's pixels.
 */
library.block({ operation: ['VipsForeignLoad'] });
library.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
    'VipsForeignLoadTiff',
    'VipsForeignLoadNsgif',
  ],
});
library.concurrency(1);
library.cache(false);

/**
 * A picture for libvips to work on. How many pixels it may have is decided here, before it comes to this: libvips has a limit of
 * its own, of 268 megapixels, below that of this program.
 */
export const sharp: typeof library = Object.assign(
  (...[input, options]: [SharpInput?, SharpOptions?]) =>
    library(input, { limitInputPixels: false, ...options }),
  library,
);
