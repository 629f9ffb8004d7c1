import * as E from 'fp-ts/lib/Either.js';
import type { CodePoints } from '../../ports/index.js';
import { hasText, latin1, viewOf } from '../bytes.js';
import { densityOf, stripExifHeader } from '../metadata/exif.js';
import { ALPHA } from './avif.js';
import type { Carried, Leftover } from './container.js';
import {
  allProperties,
  type BmffItem,
  type Box,
  boxesOf,
  contentOf,
  find,
  hasCredentials,
  isNclx,
  itemsOf,
  mainItemOf,
  propertiesFor,
  type Reference,
  reachesItsEnd,
  referencesOf,
} from './isobmff.js';

/** What an HEIF file of HEVC pictures says around its main picture (ISO/IEC 23008-12), as phones write it (HEIC). */
export interface HeifHeader extends Carried {
  /** Upright: with the turns and cuts that the file asks for. */
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly grey: boolean;
  readonly alpha: boolean;
  readonly chromaSubsampling: string | undefined;
  /** Pictures that a viewer would show: the main one among them. */
  readonly pictures: number;
  readonly codePoints: CodePoints | undefined;
  /** False where pieces that it lists lie beyond its end. */
  readonly complete: boolean;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

// Properties that turn or cut, in the order in which the file has them; what libheif does when it decodes.
const turned = (bytes: Uint8Array, size: Size, { type, start, end }: Box): Size => {
  const view = viewOf(bytes);
  if (type === 'irot')
    return ((bytes[start] ?? 0) & 1) === 1 ? { width: size.height, height: size.width } : size;
  if (type !== 'clap' || end - start < 16) return size;
  const cut = (at: number): number => Math.round(view.getUint32(at) / view.getUint32(at + 4));
  return { width: cut(start), height: cut(start + 8) };
};

const sizeOf = (bytes: Uint8Array, properties: readonly Box[]): Size | undefined => {
  const extent = find(properties, 'ispe');
  if (extent === undefined || extent.end - extent.start < 12) return undefined;
  const view = viewOf(bytes);
  const stored = { width: view.getUint32(extent.start + 4), height: view.getUint32(extent.start + 8) };
  return properties.reduce((size, property) => turned(bytes, size, property), stored);
};

const subsamplings: Readonly<Record<number, string>> = { 1: '4:2:0', 2: '4:2:2', 3: '4:4:4' };

interface Coding {
  readonly bits: number;
  readonly chroma: number;
}

// HEVCDecoderConfigurationRecord (ISO/IEC 14496-15): chroma format and bit depth.
const codingOf = (bytes: Uint8Array, { start, end }: Box): Coding | undefined =>
  end - start < 23
    ? undefined
    : { chroma: (bytes[start + 16] ?? 0) & 3, bits: ((bytes[start + 17] ?? 0) & 7) + 8 };

/** Auxiliary pictures, what each is. */
const auxiliariesOf = (bytes: Uint8Array, references: readonly Reference[]): readonly string[] =>
  references
    .map(({ from }) => find(propertiesFor(bytes, from), 'auxC'))
    .map((box) => (box ? latin1(bytes, box.start + 4, Math.min(box.end, box.start + 260)) : ''));

const isAlpha = (kind: string): boolean => ALPHA.some((urn) => kind.startsWith(urn));

const isGainMap = (kind: string): boolean => kind.startsWith('urn:com:apple:photo:2020:aux:hdrgainmap');

/** Pictures that stand for themselves: coded, or made of coded ones, and neither parts nor companions of others. */
const picturesAmong = (items: readonly BmffItem[], references: readonly Reference[]): number => {
  const parts = new Set(
    references.flatMap(({ type, from, to }) =>
      type === 'dimg' ? to : type === 'thmb' || type === 'auxl' ? [from] : [],
    ),
  );
  const pictures = new Set(['hvc1', 'hev1', 'grid', 'iden', 'iovl', 'av01', 'jpeg', 'avc1', 'unci', 'j2k1']);
  return items.filter(({ id, type, hidden }) => pictures.has(type) && !hidden && !parts.has(id)).length;
};

const leftoversOf = (
  bytes: Uint8Array,
  items: readonly BmffItem[],
  kinds: readonly string[],
): readonly Leftover[] => [
  ...(items.some(({ type }) => type === 'tmap') ? (['gain map'] as const) : []),
  ...(kinds.some(isGainMap) ? (['Apple gain map'] as const) : []),
  ...(kinds.some((kind) => !isAlpha(kind) && !isGainMap(kind)) ? (['auxiliary pictures'] as const) : []),
  ...(boxesOf(bytes, 0, bytes.length).some(({ type }) => type === 'mpvd') ? (['video'] as const) : []),
  ...(hasCredentials(bytes) ? (['content credentials'] as const) : []),
];

// An item of EXIF starts with the distance from there to the TIFF header.
const exifIn = (content: Uint8Array | undefined): Uint8Array | undefined => {
  if (content === undefined || content.length < 12) return undefined;
  const from = 4 + viewOf(content).getUint32(0);
  return from < content.length ? stripExifHeader(content.subarray(from)) : undefined;
};

const describing = (
  bytes: Uint8Array,
  main: number,
  references: readonly Reference[],
  isWanted: (item: BmffItem) => boolean,
): Uint8Array | undefined => {
  const about = new Set(
    references.filter(({ type, to }) => type === 'cdsc' && to.includes(main)).map(({ from }) => from),
  );
  const wanted = itemsOf(bytes).filter(isWanted);
  const item = wanted.find(({ id }) => about.has(id)) ?? wanted[0];
  return item && contentOf(bytes, item.id);
};

const iccOf = (bytes: Uint8Array, properties: readonly Box[]): Uint8Array | undefined => {
  const profile = properties.find(
    ({ type, start }) => type === 'colr' && (hasText(bytes, 'prof', start) || hasText(bytes, 'rICC', start)),
  );
  return profile && bytes.subarray(profile.start + 4, profile.end);
};

/** Why a file holds no picture that can be read: it is damaged, or coded in a way that is not read. */
export interface HeifFault {
  readonly kind: 'damaged' | 'foreign';
  readonly reason: string;
}

/** Reads an HEIF file's header and metadata. */
export const readHeif = (bytes: Uint8Array): E.Either<HeifFault, HeifHeader> => {
  const main = mainItemOf(bytes);
  const properties = propertiesFor(bytes, main);
  const size = sizeOf(bytes, properties);
  if (main === undefined || size === undefined)
    return E.left({ kind: 'damaged', reason: 'it holds no main picture' });
  const items = itemsOf(bytes);
  const references = referencesOf(bytes);
  // A picture in tiles has its coding said by the tiles.
  const tile = references.find(({ type, from }) => type === 'dimg' && from === main)?.to[0];
  const config =
    find(properties, 'hvcC') ??
    find(propertiesFor(bytes, tile), 'hvcC') ??
    find(allProperties(bytes), 'hvcC');
  const coding = config && codingOf(bytes, config);
  if (coding === undefined)
    return E.left({ kind: 'foreign', reason: 'its main picture is not coded in HEVC' });
  const auxiliary = references.filter(({ type }) => type === 'auxl');
  const ofMain = auxiliary.filter(({ to }) => to.includes(main));
  // What colours are is said of the whole, or of its tiles.
  const coloured = find(properties, 'colr') ? properties : propertiesFor(bytes, tile);
  const colours = coloured.find(isNclx(bytes));
  const view = viewOf(bytes);
  const exif = exifIn(describing(bytes, main, references, ({ type }) => type === 'Exif'));
  return E.right({
    ...size,
    bits: coding.bits,
    grey: coding.chroma === 0,
    alpha: auxiliariesOf(bytes, ofMain).some(isAlpha),
    chromaSubsampling: subsamplings[coding.chroma],
    pictures: picturesAmong(items, references),
    codePoints: colours && {
      primaries: view.getUint16(colours.start + 4),
      transfer: view.getUint16(colours.start + 6),
    },
    complete: reachesItsEnd(bytes),
    exif,
    xmp: describing(bytes, main, references, ({ mime }) => mime === 'application/rdf+xml'),
    icc: iccOf(bytes, coloured),
    iptc: undefined,
    photoshop: undefined,
    density: densityOf(exif),
    blocks: [],
    leftovers: leftoversOf(bytes, items, auxiliariesOf(bytes, auxiliary)),
  });
};
