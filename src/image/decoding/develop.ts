import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, type Diagnostics, warning } from '../../diagnostics/index.js';
import type { Frame, Samples } from '../../ports/index.js';
import { type Conversion, throughLab, throughLight } from '../colour/conversion.js';
import { displayP3 } from '../colour/display-p3.js';
import { type ColourSpace, spaceOf } from '../colour/space.js';
import { withoutClaims } from '../metadata/claims.js';
import { withUprightOrientation } from '../metadata/exif.js';
import { withUprightXmp } from '../metadata/xmp.js';
import { toSigned } from '../samples/lab-coding.js';
import { type Origin, remember } from '../samples/origin.js';
import {
  type Depth,
  firstOf,
  maxOf,
  type Raw,
  samplesOf,
  split,
  toDepth,
  widen,
} from '../samples/samples.js';
import type { Header } from './header.js';
import type { Raster, Wanted } from './raster.js';

/** A frame but for its metadata; and the metadata that turning it upright changed. */
export interface Developed {
  readonly picture: Omit<Frame, 'metadata'>;
  readonly exif: Uint8Array | undefined;
  readonly xmp: Uint8Array | undefined;
  readonly warnings: readonly Diagnostic[];
}

type Read = (wanted: Wanted) => TE.TaskEither<Diagnostics, Raster>;

interface Parted {
  readonly colours: Raw;
  readonly alpha: Raw | undefined;
}

// Colours and transparency of a raster, spread over the whole range of their depth.
const part = ({ data, channels }: Raster, { model, bits, depth }: Header, keep: number): Parted => {
  const full = data instanceof Uint16Array && depth === 'uint16' && bits < 16 ? widen(data, bits) : data;
  const grey = model === 'grey';
  const transparent = channels === 2 || channels === keep + 1 || (grey && channels === 4);
  if (transparent) {
    const [colours, alpha] = split(full, channels, keep);
    return { colours, alpha };
  }
  return { colours: channels > keep ? firstOf(full, channels) : full, alpha: undefined };
};

// Made when first asked for: a photo that is only passed on is never converted.
const whenAsked = (make: () => Float32Array): Samples => {
  let made: Float32Array | undefined;
  return {
    depth: 'float32',
    get data() {
      made ??= make();
      return made;
    },
  };
};

const conversionOf = (space: ColourSpace, header: Header): Conversion | undefined => {
  if (space.kind === 'converted') return space.conversion;
  if (header.lab !== undefined) return throughLab;
  return header.depth === 'float32' ? throughLight : undefined;
};

// GIF has no channel of transparency: one that is opaque throughout says nothing.
const isOpaque = (alpha: Raw, depth: Depth): boolean => alpha.every((value) => value === maxOf(depth));

const alphaSamples = (alpha: Raw, { format, depth: stored }: Header, depth: Depth): Samples | undefined => {
  const samples = samplesOf(alpha);
  if (format === 'gif' && isOpaque(alpha, stored)) return undefined;
  return samples.depth === depth ? samples : samplesOf(toDepth(samples, depth));
};

const assemble = (
  raster: Raster,
  header: Header,
  samples: Samples,
  alpha: Raw | undefined,
): Developed['picture'] => {
  const transparency = alpha && alphaSamples(alpha, header, samples.depth);
  return {
    width: raster.width,
    height: raster.height,
    channels: header.model === 'grey' ? 1 : 3,
    samples,
    ...(transparency ? { alpha: transparency } : {}),
  };
};

// Samples that are sRGB as they stand, or become it here.
const own = (raster: Raster, header: Header, space: ColourSpace): Developed['picture'] => {
  const channels = header.model === 'grey' ? 1 : 3;
  const { colours: stored, alpha } = part(raster, header, channels);
  const colours = header.lab === 'offset' ? toSigned(stored) : stored;
  const conversion = conversionOf(space, header);
  const samples = conversion ? whenAsked(() => conversion.toSrgb(colours)) : samplesOf(colours);
  return assemble(
    raster,
    header,
    remember(samples, { channels, length: colours.length, raw: TE.right(colours) }),
    alpha,
  );
};

// Samples that became sRGB through a profile's tables; the file's own are decoded again if they are asked for.
const managed = (raster: Raster, header: Header, read: Read): Developed['picture'] => {
  const cmyk = header.model === 'cmyk';
  const { colours, alpha } = part(raster, { ...header, bits: 16 }, 3);
  // libvips reaches 16-bit RGB by way of Display P3, which holds more colours than sRGB.
  const samples = cmyk ? samplesOf(colours) : whenAsked(() => displayP3.toSrgb(colours));
  const channels = cmyk ? 4 : 3;
  const origin: Origin = {
    channels,
    length: colours.length,
    raw: pipe(
      read('own'),
      TE.map((again) => part(again, header, channels).colours),
    ),
  };
  return assemble(raster, header, remember(samples, origin), alpha);
};

/**
 * Turns a file's samples into a frame's: upright, transparency aside, sRGB. `read` decodes the pixels, once.
 * Warnings: `image/profile-ignored`, `image/xmp-unreadable`.
 */
export const develop = (header: Header, name: string, read: Read): TE.TaskEither<Diagnostics, Developed> => {
  const { space, ignored } =
    header.depth === 'float32' ? { space: { kind: 'srgb' } as const, ignored: undefined } : spaceOf(header);
  const exif = header.exif && withUprightOrientation(header.exif);
  const xmp = header.xmp && withUprightXmp(withoutClaims(header.xmp));
  const warnings = [
    ...(ignored === undefined
      ? []
      : [warning('image/profile-ignored', `${name} has a colour profile that cannot be used: ${ignored}.`)]),
    ...(xmp === undefined || E.isRight(xmp)
      ? []
      : [warning('image/xmp-unreadable', `${name} has XMP that cannot be read: ${xmp.left}.`)]),
  ];
  return pipe(
    read(space.kind === 'managed' ? 'managed' : 'own'),
    TE.map((raster) => ({
      picture: space.kind === 'managed' ? managed(raster, header, read) : own(raster, header, space),
      exif,
      xmp: xmp && E.isRight(xmp) ? xmp.right : header.xmp,
      warnings: [...warnings, ...raster.warnings],
    })),
  );
};
