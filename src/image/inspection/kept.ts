import * as E from 'fp-ts/lib/Either.js';
import type { Frame, ImageFormat } from '../../ports/index.js';
import { type Header, readHeader } from '../decoding/header.js';
import { encode } from '../encoding/encode.js';
import { abilities } from '../encoding/encode-options.js';
import { lightOf, markLight } from '../samples/light.js';
import { originOf } from '../samples/origin.js';
import { cutOut } from '../samples/window.js';

/** Kinds of what a file holds that a format may keep or not. */
export const KINDS = [
  'bits',
  'colours',
  'transparency',
  'EXIF',
  'XMP',
  'IPTC',
  'comments',
  'gain map',
  'video',
] as const;

export type Kind = (typeof KINDS)[number];

/** What is looked at of a file: its header, or what a frame remembers of it. */
type Described = Pick<
  Header,
  'bits' | 'model' | 'alpha' | 'icc' | 'colour' | 'exif' | 'xmp' | 'iptc' | 'blocks'
> & {
  readonly gainMap?: unknown;
  readonly video?: unknown;
};

/** The kinds that a file has; bits beyond 8 and colours beyond sRGB alone are something to keep. */
export const kindsOf = (file: Described): readonly Kind[] => {
  const has: Readonly<Record<Kind, boolean>> = {
    bits: file.bits > 8,
    colours:
      file.icc !== undefined || file.colour !== undefined || file.model === 'cmyk' || file.model === 'lab',
    transparency: file.alpha,
    EXIF: file.exif !== undefined,
    XMP: file.xmp !== undefined,
    IPTC: file.iptc !== undefined,
    comments: file.blocks.some(({ kind }) => ['COM', 'tEXt', 'iTXt', 'zTXt', 'comment'].includes(kind)),
    'gain map': file.gainMap !== undefined,
    video: file.video !== undefined,
  };
  return KINDS.filter((kind) => has[kind]);
};

const described = ({ alpha, metadata }: Frame): Described => ({
  bits: metadata.bits,
  model: metadata.model,
  alpha: alpha !== undefined,
  icc: metadata.icc,
  colour: metadata.colour,
  exif: metadata.exif,
  xmp: metadata.xmp,
  iptc: metadata.iptc,
  blocks: metadata.blocks ?? [],
  gainMap: metadata.gainMap,
  video: metadata.video,
});

/** Pixels a side of the picture that is written to find out. */
const SIDE = 8;

// Some pixels of the picture with all that its file said: what is kept does not depend on how many there are.
const smallOf = (frame: Frame): Frame => {
  const side = { width: Math.min(SIDE, frame.width), height: Math.min(SIDE, frame.height) };
  const small = cutOut(frame, { left: 0, top: 0, ...side }, 'edge');
  const light = lightOf(frame.samples);
  if (light !== undefined) markLight(small.samples, light);
  return small;
};

const isKept = (kind: Kind, before: Described, after: Header): boolean => {
  switch (kind) {
    case 'bits':
      return after.bits >= before.bits;
    case 'colours':
      return before.model === 'cmyk' || before.model === 'lab'
        ? after.model === before.model
        : after.icc !== undefined || after.colour !== undefined;
    default:
      return kindsOf(after).includes(kind);
  }
};

/** What a format keeps of a photo's kinds; undefined for a photo that it cannot hold at all. */
export type Keeping = Readonly<Record<ImageFormat, readonly Kind[] | undefined>>;

export const FORMATS = Object.keys(abilities) as readonly ImageFormat[];

/** What each format would keep of a photo: some pixels of it are written in each, and read again. */
export const keptBy = async (frame: Frame): Promise<Keeping> => {
  const before = described(frame);
  const kinds = kindsOf(before);
  const small = originOf(frame.samples) === undefined ? frame : smallOf(frame);
  const found = await Promise.all(
    FORMATS.map(async (format) => {
      const written = await encode(small, { format })();
      if (E.isLeft(written)) return [format, undefined] as const;
      const read = await readHeader(written.right.bytes, format, format)();
      return [
        format,
        E.isLeft(read) ? undefined : kinds.filter((kind) => isKept(kind, before, read.right)),
      ] as const;
    }),
  );
  // One for each of all formats.
  return Object.fromEntries(found) as unknown as Keeping;
};
