import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { definedOnly } from '../../ports/defined.js';
import { type BareRaw, type RawHeader, readRaw } from '../containers/raw.js';
import type { RawParts } from '../containers/raw-parts.js';
import { declaredByExif } from '../metadata/exif-colour.js';
import { type Header, ordinary, type Read, unsupported } from './header-form.js';
import { jpeg } from './jpeg-header.js';

/** Linear light in the primaries of BT.2020: what raw files are developed to. */
export const DEVELOPED = {
  chromaticities: [0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329],
  transfer: 'linear',
} as const;

// The sensor's picture, which is not decoded unless somebody asks for it to be developed.
const sensorHeader = (file: Uint8Array, parts: RawParts, orientation: number): Header | undefined => {
  const { size, exif, xmp, iptc, noise, complete } = parts;
  if (size === undefined) return undefined;
  return {
    ...ordinary,
    ...size,
    format: 'raw',
    source: 'raw',
    bits: 16,
    depth: 'uint16',
    orientation,
    exif,
    xmp,
    iptc,
    icc: undefined,
    photoshop: undefined,
    density: undefined,
    blocks: [],
    colour: DEVELOPED,
    complete,
    leftovers: parts.leftovers,
    encoded: file,
    ...definedOnly({ noise }),
  };
};

const withoutJpeg = (file: Uint8Array, name: string, { sensor, complete }: BareRaw): Read => {
  const header = sensor && sensorHeader(file, sensor, sensor.orientation ?? 1);
  if (header !== undefined) return E.right(header);
  return complete
    ? E.left(noJpeg(name))
    : E.left([failure('image/truncated', `${name} ends before its picture does.`)]);
};

/** Why a raw file without a JPEG gives no picture. Error: `image/unsupported-format`. */
export const noJpeg = (name: string): Diagnostics =>
  unsupported(
    `${name} is a camera’s raw file without a JPEG in it.`,
    'Develop it with `decode: { raw: develop }`, or in a raw converter that exports 16-bit TIFF.',
  );

const withJpeg = (file: Uint8Array, name: string, found: RawHeader): Read => {
  const { preview, complete, exif, xmp, iptc, orientation, colour, leftovers, sensor } = found;
  return pipe(
    jpeg(preview, name),
    E.map((header): Header => {
      const turned = orientation ?? header.orientation;
      const developed = sensorHeader(file, sensor, turned);
      return {
        ...header,
        source: 'raw',
        ...definedOnly({ sensor: developed, noise: sensor.noise }),
        exif,
        xmp,
        iptc: iptc ?? header.iptc,
        orientation: turned,
        colour: header.icc ? undefined : (colour ?? declaredByExif(exif)),
        complete: complete ? header.complete : false,
        leftovers: [...header.leftovers, ...leftovers],
      };
    }),
  );
};

/** The header of a camera's raw file: of the largest JPEG in it, with what the file around it says; of the sensor's picture without one. */
export const raw = (file: Uint8Array, name: string): Read => {
  const found = readRaw(file);
  return found.preview === undefined ? withoutJpeg(file, name, found) : withJpeg(file, name, found);
};

/**
 * The header of the sensor's picture, to be developed. Error: `image/unsupported-format` where the file does not say how large it is.
 */
export const toDevelop = (header: Header, name: string): Read => {
  const sensor = header.format === 'raw' ? header : header.sensor;
  return sensor === undefined
    ? E.left(
        unsupported(
          `${name} is a raw file that does not say how large its sensor’s picture is.`,
          'Take the JPEG in it, without `raw: develop`, or develop it in a raw converter.',
        ),
      )
    : E.right(sensor);
};
