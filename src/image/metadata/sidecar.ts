import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { escapeXml, readXml } from './xml.js';
import { withDescription } from './xmp.js';
import {
  openXmp,
  type Property,
  plainTextOf,
  propertiesOf,
  takenAway,
  type XmpPacket,
} from './xmp-packet.js';

/** Sidecars: XMP in a file of its own beside a photo (ISO 16684-1; what it says outranks what the photo's own packet says). */

/** What a raw converter crops away, in shares of the picture as the camera stored it, 0..1, and by how many degrees it is straightened. */
export interface SidecarCrop {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly angle: number;
}

/** What a sidecar says. */
export interface Sidecar {
  readonly packet: XmpPacket;
  /** 1..8; undefined where it says none. */
  readonly orientation: number | undefined;
  readonly crop: SidecarCrop | undefined;
  /** Whether it holds how a raw converter developed the photo: Camera Raw, Lightroom, darktable. */
  readonly isDeveloped: boolean;
}

const numberOf = (packet: XmpPacket, name: string): number | undefined => {
  const text = plainTextOf(packet, 'crs', name);
  return text !== undefined && /^[+-]?\d{1,9}(?:\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
};

const cropIn = (packet: XmpPacket): SidecarCrop | undefined => {
  if (plainTextOf(packet, 'crs', 'HasCrop')?.toLowerCase() !== 'true') return undefined;
  const [left = 0, top = 0, right = 1, bottom = 1, angle = 0] = [
    'CropLeft',
    'CropTop',
    'CropRight',
    'CropBottom',
    'CropAngle',
  ].map((name) => numberOf(packet, name));
  return { left, top, right, bottom, angle };
};

/** Settings of programs that make another picture: none of them is applied here, so they hold for no result. */
const isSetting = ({ namespace, uri }: Property): boolean =>
  namespace === 'crs' || uri.startsWith('http://darktable.sf.net/');

/**
 * Reads a sidecar.
 *
 * @param extension of the photo, without the dot: Adobe's sidecars name the one that they are for
 * @returns Right: undefined for the sidecar of another photo. Left: what is wrong with it
 */
export const readSidecar = (bytes: Uint8Array, extension: string): E.Either<string, Sidecar | undefined> =>
  pipe(
    openXmp(bytes),
    E.map((packet) => {
      const whose = plainTextOf(packet, 'photoshop', 'SidecarForExtension');
      if (whose !== undefined && whose.toLowerCase() !== extension.toLowerCase()) return undefined;
      const [turned] = propertiesOf(packet, 'tiff', 'Orientation').map(({ value }) => Number(value?.trim()));
      const isTurn = turned !== undefined && Number.isInteger(turned) && turned >= 1 && turned <= 8;
      return {
        packet,
        orientation: isTurn ? turned : undefined,
        crop: cropIn(packet),
        isDeveloped: packet.properties.some(isSetting),
      };
    }),
  );

/** All prefixes that a packet declares; those that it declares twice, for two namespaces, as the first. */
const declarationsIn = (text: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  readXml(text.slice(0, text.lastIndexOf('>') + 1), {
    open: (_, attributes) => {
      for (const { name, value } of attributes)
        if (name.startsWith('xmlns:') && !found.has(name)) found.set(name, value);
    },
    text: () => undefined,
    close: () => undefined,
  });
  return found;
};

/** Text in which all that is not ASCII is a character reference. */
const asciiXml = (text: string): string =>
  text.replace(/[^\t\n\r -~]/gu, (letter) => `&#x${(letter.codePointAt(0) ?? 0xfffd).toString(16)};`);

const elementOf = ({ text }: XmpPacket, property: Property): string => {
  const { spelling, prefix, name, value, whole } = property;
  return spelling === 'element'
    ? text.slice(whole.start, whole.end)
    : `<${prefix}:${name}>${escapeXml(value ?? '')}</${prefix}:${name}>`;
};

/** What a sidecar says of a photo, as one description; undefined where it says nothing that holds for a result. */
const descriptionOf = ({ packet }: Sidecar): string | undefined => {
  const said = packet.properties.filter((property) => property.prefix !== '' && !isSetting(property));
  if (said.length === 0) return undefined;
  const declared = new Map(declarationsIn(packet.text));
  for (const { prefix, uri } of said) if (uri !== '') declared.set(`xmlns:${prefix}`, uri);
  declared.set('xmlns:rdf', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#');
  const names = [...declared].map(([name, uri]) => ` ${name}="${escapeXml(uri)}"`).join('');
  const elements = said.map((property) => elementOf(packet, property)).join('');
  return asciiXml(`<rdf:Description rdf:about=""${names}>${elements}</rdf:Description>`);
};

/**
 * A packet that says what the photo's own does, and what its sidecar says in the place of that. How a raw converter developed the photo
 * is left out of it: a result was not developed so, and would be once more.
 *
 * @param own the photo's packet, if it has one
 * @returns the photo's own packet where either cannot be put into the other
 */
export const withSidecar = (own: Uint8Array | undefined, sidecar: Sidecar): Uint8Array | undefined => {
  const description = descriptionOf(sidecar);
  if (description === undefined) return own;
  const said = new Set(sidecar.packet.properties.map(({ uri, name }) => `${uri} ${name}`));
  const merged = withDescription(own, description, (packet) =>
    takenAway(packet, ({ uri, name }) => said.has(`${uri} ${name}`)),
  );
  // What was put together must be well-formed, whatever both held.
  return merged !== undefined && E.isRight(openXmp(merged)) ? merged : own;
};
