import type { Raw } from '../samples/samples.js';

/** What a decoder of a package gives: upright, channels interleaved, transparency last. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bits that a sample has: its values go up to 2 ** bits - 1; 32 for floats. */
  readonly bits: number;
  readonly data: Raw;
}

/** The same picture in another file, that of a format which is read here. */
export interface Recoded {
  readonly file: Uint8Array;
}

/** What a decoder is asked for beside the picture. */
export type Options = Readonly<Record<string, string>>;

/** A decoder. Rejects with what is wrong with the file. */
export type Decoding<A extends Pixels | Recoded = Pixels | Recoded> = (
  bytes: Uint8Array,
  options: Options,
) => Promise<A>;
