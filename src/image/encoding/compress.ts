import type { Sharp } from 'sharp';
import { definedOnly } from '../../ports/defined.js';
import { fitsGif, writeIndexedGif } from '../containers/gif-writer.js';
import { writeGreyPng, writeIndexedPng } from '../containers/png-writer.js';
import { carrierTiff, type TiffPixels } from '../containers/tiff-writer.js';
import { sharp } from '../libvips.js';
import { levelsOf } from '../samples/bit-packing.js';
import { indexed } from '../samples/indexed.js';
import { interleave, narrow, type Raw, spread } from '../samples/samples.js';
import type { Pixels } from './pixels.js';
import type { Target } from './target.js';

/** Profile and XMP packet, for the formats into which only the encoder can put them. */
export interface Companions {
  readonly icc?: Uint8Array;
  readonly xmp?: Uint8Array;
  /** Whether room for an EXIF block is to be made. */
  readonly exif: boolean;
}

/** An encoded picture without metadata, and whether colours had to be given up for it. */
export interface Compressed {
  readonly bytes: Uint8Array;
  readonly coloursLost: boolean;
}

const kept = (buffer: Buffer): Compressed => ({
  bytes: new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength),
  coloursLost: false,
});

/** Colours and transparency in one array, as encoders take them. */
const joined = ({ width, height, channels, colours, alpha }: Pixels, target: Target): TiffPixels => ({
  width,
  height,
  channels: channels + (alpha ? 1 : 0),
  data: alpha ? interleave(colours, channels, alpha) : colours,
  alpha: alpha !== undefined,
  bits: target.depth === 'uint8' ? 8 : target.depth === 'uint16' ? 16 : 32,
  model: target.model,
});

/** The same for a TIFF file, with few bits or a palette where the source had them and they hold every sample. */
export const tiffPixels = (pixels: Pixels, target: Target): TiffPixels => {
  const { colours, channels, alpha } = pixels;
  const { bits } = target;
  const whole = joined(pixels, target);
  if (!(colours instanceof Uint8Array) || alpha !== undefined) return whole;
  if (channels === 1 && (bits === 1 || bits === 2 || bits === 4)) {
    const levels = levelsOf(colours, bits);
    return levels ? { ...whole, data: levels, bits } : whole;
  }
  const picture = target.palette && channels === 3 ? indexed(colours, 3) : undefined;
  if (picture === undefined) return whole;
  const { indices, palette } = picture;
  // TIFF's palettes have indices of 4 or 8 bits.
  const fits = bits <= 4 && palette.length <= 16;
  return { ...whole, channels: 1, data: indices, bits: fits ? 4 : 8, model: 'palette', palette };
};

// Raw samples into libvips, which is told to leave their depth and channels alone.
const vips = (pixels: Pixels, target: Target): Sharp => {
  const { width, height, channels, data } = joined(pixels, target);
  const raw = { width, height, channels: channels as 1 | 2 | 3 | 4 };
  const grey = pixels.channels === 1;
  if (target.depth === 'uint8') return sharp(data, { raw }).toColourspace(grey ? 'b-w' : 'srgb');
  return sharp(data, { raw }).toColourspace(grey ? 'grey16' : 'rgb16');
};

const carried = (pixels: Pixels, target: Target, companions: Partial<Companions>): Sharp =>
  sharp(carrierTiff(joined(pixels, target), companions), { ignoreIcc: true });

const jpeg = async (pixels: Pixels, target: Target): Promise<Compressed> => {
  const { quality, chromaSubsampling, progressive } = target;
  const inks = target.model === 'cmyk';
  const picture = inks
    ? carried(pixels, target, {}).pipelineColourspace('cmyk').toColourspace('cmyk')
    : vips(pixels, target);
  return kept(await picture.jpeg({ quality, chromaSubsampling, progressive }).toBuffer());
};

// PNG levels of zlib; 6 is zlib's own default.
const levelOf = ({ effort }: Target): number => effort ?? 6;

// Palettes and small depths are written only where they hold every sample exactly.
const smallPng = async ({ width, channels, colours, alpha }: Pixels, target: Target) => {
  const { bits } = target;
  if (!(colours instanceof Uint8Array) || target.progressive) return undefined;
  if (channels === 1 && alpha === undefined && (bits === 1 || bits === 2 || bits === 4)) {
    const levels = levelsOf(colours, bits);
    return levels && writeGreyPng(levels, width, bits, levelOf(target));
  }
  if (!target.palette || channels !== 3) return undefined;
  const picture = alpha ? indexed(interleave(colours, 3, alpha) as Uint8Array, 4) : indexed(colours, 3);
  return picture && writeIndexedPng(picture, width, bits, levelOf(target));
};

const png = async (pixels: Pixels, target: Target): Promise<Compressed> => {
  const small = await smallPng(pixels, target);
  if (small !== undefined) return { bytes: small, coloursLost: false };
  const { progressive } = target;
  return kept(
    await vips(pixels, target)
      .png({ compressionLevel: levelOf(target), adaptiveFiltering: true, progressive })
      .toBuffer(),
  );
};

const webp = async (pixels: Pixels, target: Target): Promise<Compressed> => {
  const { quality, lossless, effort } = target;
  const options = { lossless, exact: lossless, quality: lossless ? 75 : quality };
  const picture = vips(pixels, target).toColourspace('srgb');
  return kept(
    await picture
      .webp({ ...options, ...(effort === undefined ? {} : { effort: Math.round((effort * 6) / 9) }) })
      .toBuffer(),
  );
};

const withXmp = (picture: Sharp, xmp: Uint8Array | undefined): Sharp =>
  xmp === undefined ? picture : picture.keepXmp();

// Any EXIF will do: its place is given to the photo's own block afterwards.
const room = { IFD0: { Software: 'prismflow' } };

const avif = async (pixels: Pixels, target: Target, companions: Companions): Promise<Compressed> => {
  const { bits, lossless, quality, effort, chromaSubsampling } = target;
  // AVIF has no grey that libvips would write: three equal channels cost nothing more.
  const colours = pixels.channels === 1 ? spread(pixels.colours) : pixels.colours;
  const narrowed = (data: Raw): Raw => (data instanceof Uint16Array ? narrow(data, bits) : data);
  const alpha = pixels.alpha && narrowed(pixels.alpha);
  const full: Pixels = { ...pixels, channels: 3, colours: narrowed(colours), alpha };
  const picture =
    companions.icc || companions.xmp
      ? withXmp(carried(full, target, companions).keepIccProfile(), companions.xmp)
      : vips(full, target);
  const space = target.depth === 'uint8' ? 'srgb' : 'rgb16';
  return kept(
    await (companions.exif ? picture.withExif(room) : picture)
      .toColourspace(space)
      .avif({
        lossless,
        quality: lossless ? 100 : quality,
        chromaSubsampling: lossless ? '4:4:4' : chromaSubsampling,
        bitdepth: bits === 10 || bits === 12 ? bits : 8,
        ...definedOnly({ effort }),
      })
      .toBuffer(),
  );
};

const gif = async (pixels: Pixels, target: Target): Promise<Compressed> => {
  const colours = pixels.channels === 1 ? spread(pixels.colours) : pixels.colours;
  const full: Pixels = { ...pixels, channels: 3, colours };
  const { data } = joined(full, target);
  const picture = indexed(data as Uint8Array, full.alpha ? 4 : 3);
  if (picture !== undefined && fitsGif(picture))
    return { bytes: writeIndexedGif(picture, pixels.width, target.progressive), coloursLost: false };
  const { effort, progressive } = target;
  const options = { progressive, ...(effort === undefined ? {} : { effort: effort + 1 }) };
  return { ...kept(await vips(full, target).gif(options).toBuffer()), coloursLost: true };
};

/** Encodes samples in the target's format, without metadata. TIFF is written elsewhere, whole. */
export const compress = (
  pixels: Pixels,
  target: Target & { readonly format: 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' },
  companions: Companions,
): Promise<Compressed> => {
  switch (target.format) {
    case 'jpeg':
      return jpeg(pixels, target);
    case 'png':
      return png(pixels, target);
    case 'webp':
      return webp(pixels, target);
    case 'avif':
      return avif(pixels, target, companions);
    case 'gif':
      return gif(pixels, target);
  }
};
