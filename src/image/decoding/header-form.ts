import type * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import type {
  CodePoints,
  DeclaredColour,
  NoiseLevel,
  Quantisation,
  ReadOnlyFormat,
} from '../../ports/index.js';
import type { Hdr } from '../colour/declared.js';
import type { Carried } from '../containers/container.js';
import type { Highlights } from '../foreign/raw.js';
import type { Sidecar } from '../metadata/sidecar.js';
import type { LabCoding } from '../samples/lab-coding.js';
import type { Depth } from '../samples/samples.js';
import type { FileFormat } from './sniff.js';

/** Everything a file says about its picture, read before any pixel is decoded. */
export interface Header extends Carried {
  readonly format: FileFormat;
  /** What the file is, where results like it are in another format. */
  readonly source?: ReadOnlyFormat;
  /** The sensor's picture, of a raw file out of which a JPEG is taken and that says how large its own is. */
  readonly sensor?: Header;
  /** What stands in a file beside the photo, or what is wrong with that. */
  readonly sidecar?: E.Either<string, Sidecar>;
  /** What a raw file says of its noise. */
  readonly noise?: readonly NoiseLevel[];
  /** CIE xy of red, green, blue and white of light that is stored as floats, where they are not those of sRGB. */
  readonly primaries?: readonly number[];
  /** What becomes of highlights when the sensor's picture is developed. */
  readonly highlights?: Highlights;
  /** As stored: before the orientation is applied. */
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly model: 'grey' | 'rgb' | 'cmyk' | 'lab';
  readonly alpha: boolean;
  readonly palette: boolean;
  readonly pages: number;
  readonly orientation: number;
  /** Which of the file’s pictures is the photo, from 0. */
  readonly page: number;
  /** Depth of the samples as the decoder hands them over. */
  readonly depth: Depth;
  readonly lossless: boolean;
  /** Whether the decoder holds all of a file at once that it could read row by row: progressive JPEG, interlaced PNG. */
  readonly buffered: boolean;
  readonly chromaSubsampling: string | undefined;
  /** How a JPEG was quantised. */
  readonly quantisation: Quantisation | undefined;
  readonly colour: DeclaredColour | undefined;
  /** What an AVIF says of its colours, as it says it. */
  readonly codePoints: CodePoints | undefined;
  readonly hdr: Hdr | undefined;
  readonly lab: LabCoding | undefined;
  /** Whether the file's structure runs to its end; undefined where only decoding tells. */
  readonly complete: boolean | undefined;
  /** What to hand to the decoder: the file, or a copy of it in another guise. */
  readonly encoded: Uint8Array;
}

/** A header, or why there is none. */
export type Read = E.Either<Diagnostics, Header>;

/** Error: `image/corrupt`. */
export const corrupt = (name: string, reason: string): Diagnostics => [
  failure('image/corrupt', `${name} is damaged: ${reason}.`),
];

/** Error: `image/unsupported-format`. */
export const unsupported = (message: string, hint?: string): Diagnostics => [
  failure('image/unsupported-format', message, definedOnly({ hint })),
];

/** What most files are: eight bits of RGB, one page, nothing special. */
export const ordinary = {
  bits: 8,
  model: 'rgb',
  alpha: false,
  palette: false,
  pages: 1,
  page: 0,
  orientation: 1,
  depth: 'uint8',
  lossless: true,
  buffered: false,
  chromaSubsampling: undefined,
  quantisation: undefined,
  colour: undefined,
  codePoints: undefined,
  hdr: undefined,
  lab: undefined,
  complete: undefined,
} as const;

/** A colour that is declared, as what is converted or as what is only named. */
export const colourOf = (colour: DeclaredColour | Hdr | undefined): Pick<Header, 'colour' | 'hdr'> =>
  typeof colour === 'string' ? { colour: undefined, hdr: colour } : { colour, hdr: undefined };
