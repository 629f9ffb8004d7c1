/**
 * The samples of a picture, row-major, channels interleaved (HWC). Values are sRGB-encoded (IEC 61966-2-1 transfer
 * curve and primaries) unless the frame says otherwise: 0..255 for `uint8`, 0..65535 for `uint16`, 0..1 for `float32`,
 * where values beyond 0..1 are out of gamut or over-range and are kept until the frame is encoded.
 */
export type Samples =
  | { readonly depth: 'uint8'; readonly data: Uint8Array }
  | { readonly depth: 'uint16'; readonly data: Uint16Array }
  | { readonly depth: 'float32'; readonly data: Float32Array };

/** File formats that can be read and written. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff' | 'gif';

/** Formats that are read and never written: results like such a file are in a format that is. */
export type ReadOnlyFormat = 'heic' | 'raw' | 'jxl' | 'radiance' | 'exr';

/** A piece of metadata that only one kind of file has: a comment, a text chunk, an application segment. */
export interface MetadataBlock {
  /** The format it was read from, and the only one it can be given back in. */
  readonly container: ImageFormat;
  /** What the format calls it: `COM`, `APP12`, `tEXt`, `gAMA`… */
  readonly kind: string;
  /** Its payload, as it stood in the file. */
  readonly data: Uint8Array;
}

/**
 * Colour primaries, white and transfer curve that a file declares without a profile: by PNG's cICP, gAMA and cHRM, AVIF's nclx,
 * EXIF's colour space and TIFF's fields.
 */
export interface DeclaredColour {
  /** CIE xy of red, green, blue and white: eight numbers. */
  readonly chromaticities: readonly number[];
  /**
   * What light a sample stands for: by the sRGB curve, BT.709’s, none (linear), `sample ** exponent`, or curves through evenly
   * spaced points (light 0..1), one for all channels or one each for three.
   */
  readonly transfer:
    | 'srgb'
    | 'bt709'
    | 'linear'
    | { readonly exponent: number }
    | { readonly points: readonly (readonly number[])[] };
}

/** Numbers by which a file declares its primaries and its transfer curve (ITU-T H.273). */
export interface CodePoints {
  readonly primaries: number;
  readonly transfer: number;
}

/**
 * The gain map of an Ultra HDR photo (Android; ISO 21496-1): a JPEG that says by how much each place of the picture is
 * brighter on a display that can show it.
 */
export interface GainMap {
  readonly jpeg: Uint8Array;
  /** EXIF orientation, 1..8, that turns it upright. */
  readonly orientation: number;
  /** The part of it, upright, that belongs to the picture: in shares of its sides, 0..1. */
  readonly part: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** The longest sides that the part needs, in pixels: those of the picture. */
  readonly most?: Size;
  /** What the picture’s own file says of it by ISO 21496-1. */
  readonly iso?: Uint8Array;
  /** What samples must be marked with for the map to fit them: new samples have another light. */
  readonly light: object;
}

/** The video of a motion photo, which stands behind its picture. */
export interface EmbeddedVideo {
  /** From its first byte to the end of the file, and what stands between the picture and it. */
  readonly bytes: Uint8Array;
  /** Bytes before the video itself. */
  readonly padding: number;
  readonly mime: string;
  /** What XMP says of it in Google’s namespace for cameras, lengths aside. */
  readonly properties: readonly (readonly [name: string, value: string])[];
}

/**
 * By which steps a JPEG file rounds the frequencies of its blocks of 8x8 pixels (ITU T.81): 64 each of 1..65535, row by row from the
 * mean of the block. Larger steps lose more.
 */
export interface Quantisation {
  readonly luma: readonly number[];
  /** Of colours; absent for a grey picture. */
  readonly chroma?: readonly number[];
}

/** How noisy a sensor's samples are (DNG, NoiseProfile): a sample of 0..1 has a variance of `scale` times itself plus `offset`. */
export interface NoiseLevel {
  readonly scale: number;
  readonly offset: number;
}

/** What the source file was and carried beside its pixels. Blocks are kept as bytes, so that nothing is lost. */
export interface Metadata {
  /**
   * Format of the source file, or the one of results like it where its own is never written; absent for a picture made by the
   * program.
   */
  readonly format?: ImageFormat;
  /** What the source file is, where its format is never written. */
  readonly source?: ReadOnlyFormat;
  /** Bits per sample of the source: 1, 2, 4, 8, 10, 12, 16, or 32 for floating point. */
  readonly bits: number;
  /** Colour model of the source. */
  readonly model: 'grey' | 'rgb' | 'cmyk' | 'lab';
  /** EXIF block (a TIFF structure, from its byte order mark on), its orientation reset to 1 because decoding applied it. */
  readonly exif?: Uint8Array;
  /** XMP packet, UTF-8 (GPano included). */
  readonly xmp?: Uint8Array;
  /** ICC profile of the source; the pixels of the frame are already converted to sRGB. */
  readonly icc?: Uint8Array;
  /** Colour that the source declares without a profile, where it is not sRGB. */
  readonly colour?: DeclaredColour;
  /** What an AVIF source says of its colours, as it says it. */
  readonly codePoints?: CodePoints;
  /** IPTC-IIM records. */
  readonly iptc?: Uint8Array;
  /** Photoshop image resources (`8BIM` blocks), of which IPTC is one. */
  readonly photoshop?: Uint8Array;
  /** Everything else the file said about itself, to be given back in the same format. */
  readonly blocks?: readonly MetadataBlock[];
  /** How much brighter the picture is where a display can show it; of JPEG files. */
  readonly gainMap?: GainMap;
  /** The video of a motion photo; of JPEG files. */
  readonly video?: EmbeddedVideo;
  /** What an edit left out because it fits the picture no longer, in the user’s words. */
  readonly leftOut?: readonly string[];
  /**
   * How noisy linear samples were, of all colours alike or of red, green and blue: of a raw file that says it and was developed;
   * absent once pixels were resampled.
   */
  readonly noise?: readonly NoiseLevel[];
  /** Pixels per inch. */
  readonly density?: number;
  /** EXIF orientation that the file had, 1..8, before decoding applied it. */
  readonly orientation: number;
  /** When the source file was changed last, in milliseconds since 1970; absent for what was no file on disk. */
  readonly modified?: number;
  /** Frames or pages of the source; only the first is decoded. */
  readonly pages: number;
  /** Chroma subsampling of a JPEG or AVIF source, as in `4:2:0`. */
  readonly chromaSubsampling?: string;
  /** How a JPEG source was quantised; absent once pixels were resampled, since it says nothing of them any more. */
  readonly quantisation?: Quantisation;
  /** True where the source was compressed without loss; WebP and AVIF can be either. */
  readonly lossless?: boolean;
  /** True for a palette (indexed) source. */
  readonly palette: boolean;
}

/** A decoded photo: colour channels, transparency aside, and everything the file said about itself. Immutable. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** 1: grey, 3: red, green, blue. */
  readonly channels: 1 | 3;
  readonly samples: Samples;
  /** Transparency, one sample a pixel in the same depth as the colours, not premultiplied; absent when the source has none. */
  readonly alpha?: Samples;
  readonly metadata: Metadata;
}

/** Width and height in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Height, width and channels of a picture on its way through tensor operators. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}
