import type { Frame, ImageFormat } from '../../ports/index.js';
import { profileName } from '../colour/icc.js';
import { panoramaOf } from '../metadata/panorama.js';

/** What a photo is and carries, for people. */
export interface PhotoFacts {
  readonly format: ImageFormat | undefined;
  readonly width: number;
  readonly height: number;
  /** Bits per sample. */
  readonly depth: number;
  /** The name of its colours, as in `Display P3`. */
  readonly profile: string;
  /** EXIF orientation that the file had, 1..8; sizes are those of the upright picture. */
  readonly orientation: number;
  /** Blocks of metadata, and their bytes. */
  readonly metadata: readonly { readonly kind: string; readonly bytes: number }[];
  /** Whether it is a panorama that goes round, and whether it is stereo, one eye above the other. */
  readonly panorama: boolean;
  readonly stereo: boolean;
}

/** What there is to know of a decoded photo. */
export const factsOf = (frame: Frame): PhotoFacts => {
  const { width, height, metadata } = frame;
  const { format, bits, icc, model, orientation, exif, xmp, iptc, photoshop, gainMap, video, blocks } =
    metadata;
  const { edges, eyes } = panoramaOf(frame);
  const kinds: readonly (readonly [string, Uint8Array | undefined])[] = [
    ['EXIF', exif],
    ['XMP', xmp],
    ['ICC', icc],
    ['IPTC', iptc],
    ['Photoshop', photoshop],
    ['gain map', gainMap?.jpeg],
    ['video', video?.bytes],
    ...(blocks ?? []).map(({ kind, data }) => [kind, data] as const),
  ];
  return {
    format,
    width,
    height,
    depth: bits,
    profile: (icc && profileName(icc)) ?? (model === 'cmyk' ? 'CMYK' : model === 'lab' ? 'CIELAB' : 'sRGB'),
    orientation,
    metadata: kinds.flatMap(([kind, data]) => (data === undefined ? [] : [{ kind, bytes: data.byteLength }])),
    panorama: edges !== 'none',
    stereo: edges !== 'none' && eyes === 2,
  };
};
