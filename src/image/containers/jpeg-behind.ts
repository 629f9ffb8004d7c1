import { definedOnly } from '../../ports/defined.js';
import type { EmbeddedVideo } from '../../ports/index.js';
import { concat, hasText, latin1 } from '../bytes.js';
import { type Claims, type ContainerItem, claimsIn } from '../metadata/claims.js';
import type { Carried, Leftover } from './container.js';
import {
  beginsJpeg,
  endOfJpeg,
  ISO_GAIN_MAP,
  payloads,
  type Segment,
  segmentsOf,
  XMP,
} from './jpeg-pieces.js';
import { type FurtherPicture, furtherPictures } from './multi-picture.js';

/** What stands behind a JPEG picture in its file: what goes along with it, and what is left behind. */
export type Behind = Pick<Carried, 'gainMap' | 'video' | 'leftovers'>;

type Kind = 'gain map' | 'Apple gain map' | 'auxiliary' | 'picture';

const APPLE_GAIN_MAP = 'http://ns.apple.com/HDRGainMap/';
const GAIN_MAP = 'http://ns.adobe.com/hdr-gain-map/';
const AUXILIARY = 'urn:com:apple:photo:';

/** What a further picture is, by what it says of itself. */
const kindOf = (jpeg: Uint8Array): Kind => {
  const segments = segmentsOf(jpeg);
  const said = payloads(segments, 0xe1, XMP)
    .map((packet) => latin1(packet))
    .join();
  if (payloads(segments, 0xe2, ISO_GAIN_MAP).length > 0 || said.includes(GAIN_MAP)) return 'gain map';
  if (said.includes(APPLE_GAIN_MAP)) return 'Apple gain map';
  return said.includes(AUXILIARY) ? 'auxiliary' : 'picture';
};

interface Video {
  readonly start: number;
  readonly mime: string;
}

/** Where the video begins, as the end of the file says; undefined where none stands there. */
const videoOf = (bytes: Uint8Array, end: number, claims: Claims): Video | undefined => {
  const items = claims.items;
  const at = items.findIndex(({ semantic }) => semantic === 'MotionPhoto');
  const lengths = items.slice(at).reduce((sum, { length }) => sum + length, 0);
  const candidates = [
    ...(at < 0 ? [] : [{ start: bytes.length - lengths, mime: items[at]?.mime ?? '' }]),
    ...(claims.microVideoOffset === undefined
      ? []
      : [{ start: bytes.length - claims.microVideoOffset, mime: '' }]),
  ];
  return candidates
    .filter(({ start }) => start >= end && hasText(bytes, 'ftyp', start + 4))
    .map(({ start, mime }) => ({ start, mime: /^video\/[\w.+-]+$/.test(mime) ? mime : 'video/mp4' }))[0];
};

/** Further pictures: those that the file lists, and those that stand behind one another. */
const picturesOf = (
  bytes: Uint8Array,
  segments: readonly Segment[],
  end: number,
  stop: number,
): readonly FurtherPicture[] => {
  const listed = furtherPictures(bytes, segments).filter(
    ({ start }) => start >= end && start < stop && beginsJpeg(bytes, start),
  );
  if (listed.length > 0) return listed;
  const found: FurtherPicture[] = [];
  for (let start = end; found.length < MAX_UNLISTED && beginsJpeg(bytes, start); ) {
    const length = endOfJpeg(bytes.subarray(start, stop));
    if (length === undefined) break;
    found.push({ start, length });
    start += length;
  }
  return found;
};

const MAX_UNLISTED = 16;

const isPadding = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === 0 || byte === 0xff || byte === 0x0a || byte === 0x0d || byte === 0x20);

const auxiliaryItem = ({ semantic }: ContainerItem): boolean =>
  !['Primary', 'GainMap', 'MotionPhoto'].includes(semantic);

/**
 * What stands behind a JPEG picture: the gain map of an Ultra HDR photo, which the file lists (CIPA DC-007) or XMP claims, the
 * video of a motion photo, which XMP claims, and whatever else.
 *
 * @param segments those before the picture
 */
export const readBehind = (
  bytes: Uint8Array,
  segments: readonly Segment[],
  xmp: Uint8Array | undefined,
): Behind => {
  const claims = claimsIn(xmp);
  const end = endOfJpeg(bytes);
  // Nothing is known of what follows a picture that does not end.
  if (end === undefined) return { leftovers: missing(claims, undefined, undefined, []) };
  const found = claims?.motion === true ? videoOf(bytes, end, claims) : undefined;
  const stop = found?.start ?? bytes.length;
  const pictures = picturesOf(bytes, segments, end, stop).map((place) => {
    const jpeg = bytes.subarray(place.start, place.start + place.length);
    return { ...place, jpeg, kind: kindOf(jpeg) };
  });
  const map = pictures.find(({ kind }) => kind === 'gain map');
  const [iso] = payloads(segments, 0xe2, ISO_GAIN_MAP);
  const gainMap = map && { jpeg: map.jpeg, ...definedOnly({ iso }) };
  const behindPictures = Math.max(end, ...pictures.map(({ start, length }) => start + length));
  const gap = bytes.subarray(Math.min(behindPictures, stop), stop);
  const video = found && claims ? videoWith(bytes, found, gap, map !== undefined, claims) : undefined;
  const others = pictures.filter((each) => each !== map);
  const is = (kind: Kind): boolean => others.some((each) => each.kind === kind);
  const auxiliary = is('auxiliary') || claims?.items.some(auxiliaryItem) === true;
  const rest = video === undefined || map !== undefined ? gap : new Uint8Array(0);
  return {
    gainMap,
    video,
    leftovers: [
      ...(is('Apple gain map') ? (['Apple gain map'] as const) : []),
      ...(auxiliary ? (['auxiliary pictures'] as const) : []),
      ...(is('picture') || is('gain map') ? (['further pictures'] as const) : []),
      ...missing(claims, gainMap, video, others),
      ...(isPadding(rest) || auxiliary ? [] : (['bytes behind'] as const)),
    ],
  };
};

// What stands between the picture and its video (other makers' data) goes along, where nothing else comes between.
const videoWith = (
  bytes: Uint8Array,
  { start, mime }: Video,
  gap: Uint8Array,
  hasMap: boolean,
  { properties }: Claims,
): EmbeddedVideo => {
  const before = hasMap ? new Uint8Array(0) : gap;
  return { bytes: concat([before, bytes.subarray(start)]), padding: before.length, mime, properties };
};

const missing = (
  claims: Claims | undefined,
  gainMap: Behind['gainMap'],
  video: EmbeddedVideo | undefined,
  others: readonly { readonly kind: Kind }[],
): readonly Leftover[] => [
  ...(claims?.gainMap === true &&
  gainMap === undefined &&
  !others.some(({ kind }) => kind === 'Apple gain map')
    ? (['missing gain map'] as const)
    : []),
  ...(claims?.motion === true && video === undefined ? (['missing video'] as const) : []),
];
