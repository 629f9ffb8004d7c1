import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { EmbeddedVideo } from '../../ports/index.js';
import { escapeXml } from './xml.js';
import { elementAt, fieldOf, withinElement } from './xml-tree.js';
import { withDescription } from './xmp.js';
import {
  edited,
  NAMESPACES,
  openXmp,
  type Property,
  plainTextOf,
  propertiesOf,
  takenAway,
  type XmpPacket,
} from './xmp-packet.js';

/** A file that XMP says to stand behind a picture (Google's container directory). */
export interface ContainerItem {
  readonly semantic: string;
  readonly mime: string;
  readonly length: number;
  readonly padding: number;
}

/** What XMP says of other files in the picture's own. */
export interface Claims {
  readonly items: readonly ContainerItem[];
  readonly gainMap: boolean;
  /** Whether the photo is said to be a motion photo. */
  readonly motion: boolean;
  /** Whether content credentials are said to lie elsewhere. */
  readonly provenance: boolean;
  /** How many bytes before the end of the file its video begins, in the older form. */
  readonly microVideoOffset: number | undefined;
  /** What else is said of the video. */
  readonly properties: EmbeddedVideo['properties'];
}

/** Names of the camera namespace that are about the video. */
const MOTION = /^(?:MotionPhoto|MicroVideo)[A-Za-z]*$/;
/** Values that can be said again: numbers, as a rule. */
const PLAIN = /^[\x20-\x7e]*$/;
/** Those that say that there is one, and where. */
const SAID_ANEW: ReadonlySet<string> = new Set(['MotionPhoto', 'MicroVideo', 'MicroVideoOffset']);

const isClaim = ({ namespace, name }: Property): boolean =>
  namespace === 'hdrgm' ||
  namespace === 'HDRGainMap' ||
  (namespace === 'dcterms' && name === 'provenance') ||
  (namespace === 'Container' && name === 'Directory') ||
  (namespace === 'GCamera' && MOTION.test(name));

const numberIn = (text: string | undefined): number => {
  const number = Number(text ?? Number.NaN);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
};

const itemsOf = (packet: XmpPacket): readonly ContainerItem[] =>
  propertiesOf(packet, 'Container', 'Directory')
    .slice(0, 1)
    .flatMap(({ whole }) => {
      const directory = elementAt(packet.text, whole);
      const items = directory === undefined ? [] : withinElement(directory);
      return items.flatMap((item) => {
        const semantic = fieldOf(item, 'Semantic')?.value;
        return semantic === undefined
          ? []
          : [
              {
                semantic,
                mime: fieldOf(item, 'Mime')?.value ?? '',
                length: numberIn(fieldOf(item, 'Length')?.value),
                padding: numberIn(fieldOf(item, 'Padding')?.value),
              },
            ];
      });
    });

const isOn = (text: string | undefined): boolean => text === '1' || text?.toLowerCase() === 'true';

const claimsOf = (packet: XmpPacket): Claims | undefined => {
  if (!packet.properties.some(isClaim)) return undefined;
  const items = itemsOf(packet);
  const offset = numberIn(plainTextOf(packet, 'GCamera', 'MicroVideoOffset'));
  return {
    items,
    gainMap:
      packet.properties.some(({ namespace }) => namespace === 'hdrgm' || namespace === 'HDRGainMap') ||
      items.some(({ semantic }) => semantic === 'GainMap'),
    motion:
      isOn(plainTextOf(packet, 'GCamera', 'MotionPhoto')) ||
      isOn(plainTextOf(packet, 'GCamera', 'MicroVideo')) ||
      items.some(({ semantic }) => semantic === 'MotionPhoto'),
    provenance: propertiesOf(packet, 'dcterms', 'provenance').length > 0,
    microVideoOffset: offset > 0 ? offset : undefined,
    properties: packet.properties.flatMap(({ namespace, name, value }) =>
      namespace === 'GCamera' && MOTION.test(name) && !SAID_ANEW.has(name) && PLAIN.test(value ?? '\0')
        ? [[name, `${value}`.trim()] as const]
        : [],
    ),
  };
};

/** What a packet says of other files in the picture's own; undefined where it says nothing, or cannot be read. */
export const claimsIn = (xmp: Uint8Array | undefined): Claims | undefined =>
  xmp === undefined
    ? undefined
    : pipe(
        openXmp(xmp),
        E.match(() => undefined, claimsOf),
      );

/** A copy of the packet that says nothing of other files in the picture's own. */
export const withoutClaims = (xmp: Uint8Array): Uint8Array =>
  pipe(
    openXmp(xmp),
    E.match(
      () => xmp,
      (packet) => edited(packet, takenAway(packet, isClaim)),
    ),
  );

/** Files behind a picture, as they are to be claimed. */
export interface Behind {
  /** Length of the gain map. */
  readonly gainMap?: number;
  /** Whether the gain map itself says by XMP what it means. Default false. */
  readonly speaksXmp?: boolean;
  readonly video?: Pick<EmbeddedVideo, 'bytes' | 'padding' | 'mime' | 'properties'>;
}

const item = (mime: string, semantic: string, more: string): string =>
  '<rdf:li rdf:parseType="Resource">' +
  `<Container:Item Item:Mime="${escapeXml(mime)}" Item:Semantic="${semantic}"${more}/></rdf:li>`;

const motionAttributes = ({ bytes, padding, properties }: NonNullable<Behind['video']>): string => {
  const names = new Set(properties.map(([name]) => name));
  const old = names.has('MicroVideoVersion')
    ? ` GCamera:MicroVideo="1" GCamera:MicroVideoOffset="${bytes.length - padding}"`
    : '';
  const version = names.has('MotionPhotoVersion') ? '' : ' GCamera:MotionPhotoVersion="1"';
  const others = properties.map(([name, value]) => ` GCamera:${name}="${escapeXml(value)}"`).join('');
  return ` xmlns:GCamera="${NAMESPACES.GCamera}" GCamera:MotionPhoto="1"${version}${old}${others}`;
};

/**
 * A copy of the packet, or a new one, that says what stands behind the picture, in this order: the gain map, the video.
 *
 * @returns undefined when the packet cannot be read or holds no RDF
 */
export const withClaims = (
  xmp: Uint8Array | undefined,
  { gainMap, video, speaksXmp = false }: Behind,
): Uint8Array | undefined => {
  const padding = video !== undefined && video.padding > 0 ? ` Item:Padding="${video.padding}"` : '';
  const items = [
    item('image/jpeg', 'Primary', padding),
    ...(gainMap === undefined ? [] : [item('image/jpeg', 'GainMap', ` Item:Length="${gainMap}"`)]),
    ...(video === undefined
      ? []
      : [item(video.mime, 'MotionPhoto', ` Item:Length="${video.bytes.length - video.padding}"`)]),
  ];
  const attributes =
    ` xmlns:Container="${NAMESPACES.Container}" xmlns:Item="${NAMESPACES.Item}"` +
    (!speaksXmp ? '' : ` xmlns:hdrgm="${NAMESPACES.hdrgm}" hdrgm:Version="1.0"`) +
    (video === undefined ? '' : motionAttributes(video));
  return withDescription(
    xmp,
    `<rdf:Description xmlns:rdf="${NAMESPACES.rdf}" rdf:about=""${attributes}><Container:Directory><rdf:Seq>` +
      `${items.join('')}</rdf:Seq></Container:Directory></rdf:Description>`,
  );
};
