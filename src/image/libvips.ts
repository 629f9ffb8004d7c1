import library, { type Sharp, type SharpInput, type SharpOptions } from 'sharp';
import { type Heard, makeTurns } from './turns.js';

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

const turns = makeTurns();

// How many pixels a picture may have is decided before it comes to this: libvips has a limit of its own, of 268 megapixels,
// below that of this program.
const opened = (input?: SharpInput, options?: SharpOptions): Sharp =>
  library(input, { limitInputPixels: false, ...options }).on('warning', turns.say);

// Work takes a turn when its result is asked for.
const inTurn = (picture: Sharp): Sharp => {
  const buffer = picture.toBuffer.bind(picture) as (...options: readonly unknown[]) => Promise<unknown>;
  const header = picture.metadata.bind(picture);
  return Object.assign(picture, {
    toBuffer: async (...options: readonly unknown[]) => (await turns.beside(() => buffer(...options))).value,
    metadata: async () => (await turns.beside(() => header())).value,
  }) as Sharp;
};

/** A picture for libvips to work on, whatever it complains about. */
export const sharp: typeof library = Object.assign(
  (...[input, options]: [SharpInput?, SharpOptions?]) => inTurn(opened(input, options)),
  library,
);

/** Opens a picture for work that listens. */
export type Open = typeof opened;

/**
 * Work on a picture with what libvips complained about meanwhile, in other work at the same time too: its messages belong to the
 * process, and do not say which picture they are about. The work must not reject.
 */
export const listening = <A>(work: (open: Open) => Promise<A>): Promise<Heard<A>> =>
  turns.beside(() => work(opened));

/** The same while libvips does nothing else, so that what is heard is about this picture. The work must not reject. */
export const listeningAlone = <A>(work: (open: Open) => Promise<A>): Promise<Heard<A>> =>
  turns.alone(() => work(opened));
