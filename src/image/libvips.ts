import sharp from 'sharp';

/**
 * libvips as this program uses it, set up once for the process.
 *
 * - Only loaders that are fuzzed upstream may open a file: JPEG, PNG, WebP, HEIF (AVIF), TIFF, GIF. All others
 *   (SVG, PDF, ImageMagick, …) are blocked, so that a file's content cannot choose a rarely tested parser.
 * - One thread a picture: many pictures are worked on at once, which scales better than threads inside one, and keeps
 *   glibc's heap from fragmenting.
 * - No operation cache: every file is read once, and a cache keyed by name would answer with an old file's pixels.
 */
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadHeif',
    'VipsForeignLoadTiff',
    'VipsForeignLoadNsgif',
  ],
});
sharp.concurrency(1);
sharp.cache(false);

export { sharp };
