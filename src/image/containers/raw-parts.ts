import type { DeclaredColour, NoiseLevel } from '../../ports/index.js';
import type { Leftover } from './container.js';

/** What a raw file holds, before one of its pictures is chosen. */
export interface RawParts {
  /** Stretches of the file that may be JPEGs. Some are the sensor's samples, compressed without loss. */
  readonly candidates: readonly Stretch[];
  /** EXIF block of the raw file; undefined where it has none outside of its JPEG. */
  readonly exif: Uint8Array | undefined;
  readonly xmp: Uint8Array | undefined;
  readonly iptc: Uint8Array | undefined;
  /** 1..8; undefined where only the JPEG says it. */
  readonly orientation: number | undefined;
  /** What it says of the colours of its preview outside of EXIF. */
  readonly colour: DeclaredColour | undefined;
  /** Of the sensor's picture; undefined where that is not said. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  /** What it says of its noise: of all colours, or of each of three. */
  readonly noise?: readonly NoiseLevel[] | undefined;
  /** False where pieces that it lists lie beyond its end. */
  readonly complete: boolean;
  readonly leftovers: readonly Leftover[];
}

/** A stretch of a file. */
export interface Stretch {
  readonly start: number;
  readonly length: number;
}
