import sharp, { type Sharp } from 'sharp';
import type { Carried } from '../containers/container.js';
import { writePng } from '../containers/png.js';
import { carrierTiff } from '../containers/tiff-writer.js';
import { scene } from './pictures.js';

/** Files made for tests by libvips, and by hand where it cannot. */

/** No metadata at all. */
export const nothing: Carried = {
  exif: undefined,
  xmp: undefined,
  icc: undefined,
  iptc: undefined,
  photoshop: undefined,
  density: undefined,
  blocks: [],
  leftovers: [],
};

/** libvips with a scene in it. */
export const picture = (width = 48, height = 32): Sharp =>
  sharp(scene(width, height), { raw: { width, height, channels: 3 } });

/** A 16-bit scene of many levels. */
export const deepPicture = (width = 48, height = 32): Sharp => {
  const data = Uint16Array.from(scene(width, height), (value, i) => Math.min(65535, value * 257 + (i % 200)));
  return sharp(data, { raw: { width, height, channels: 3 } }).toColourspace('rgb16');
};

/** A PNG under a profile, its samples as given. */
export const profiledPng = async (file: Sharp, icc: Uint8Array): Promise<Uint8Array> =>
  writePng(await file.png().toBuffer(), { ...nothing, icc }).bytes;

/** The profile that libvips calls by that name. */
export const builtInProfile = async (name: 'srgb' | 'p3' | 'cmyk'): Promise<Uint8Array> => {
  const made = await picture(8, 8).withIccProfile(name).jpeg().toBuffer();
  const { icc } = await sharp(made).metadata();
  if (icc === undefined) throw new Error(`There is no profile ${name}.`);
  return new Uint8Array(icc);
};

/** A CMYK TIFF: libvips writes none from raw samples. */
export const cmykTiff = (icc?: Uint8Array): Uint8Array => {
  const [width, height] = [24, 16];
  const data = Uint8Array.from({ length: width * height * 4 }, (_, i) => (i * 7) % 200);
  return carrierTiff(
    { width, height, channels: 4, data, alpha: false, bits: 8, model: 'cmyk' },
    icc ? { icc } : {},
  );
};

/** A CIELAB TIFF of 8 or 16 bits, in TIFF's signed coding. */
export const labTiff = (bits: 8 | 16): Uint8Array => {
  const [width, height] = [20, 10];
  const eight = Uint8Array.from({ length: width * height * 3 }, (_, i) =>
    i % 3 === 0 ? (i * 5) % 256 : (((i * 3) % 120) - 60) & 0xff,
  );
  const data = bits === 8 ? eight : Uint16Array.from(eight, (value, i) => value * (i % 3 === 0 ? 257 : 256));
  return carrierTiff({ width, height, channels: 3, data, alpha: false, bits, model: 'lab' }, {});
};

/** A TIFF of floats: light, some of it brighter than white. */
export const floatTiff = (): Uint8Array => {
  const [width, height] = [16, 8];
  const data = Float32Array.from({ length: width * height * 3 }, (_, i) => (i % 97) / 60);
  return carrierTiff({ width, height, channels: 3, data, alpha: false, bits: 32, model: 'rgb' }, {});
};

/** Samples as libvips decodes them, in the file's own colours and depth. */
export const ownSamples = async (file: Uint8Array): Promise<Buffer> => {
  const { space, depth } = await sharp(file).metadata();
  const input = sharp(file, { ignoreIcc: true }).autoOrient();
  const own = space === 'cmyk' ? input.pipelineColourspace('cmyk') : input;
  const raw = depth === 'char' ? own : own.toColourspace(space);
  return raw.raw({ depth: depth as 'uchar' | 'ushort' | 'float' }).toBuffer();
};
