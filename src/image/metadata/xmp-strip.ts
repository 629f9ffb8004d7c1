import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { isNamed, isPrivate, type Stripped, takesMakers } from './strip.js';
import { elementAt, localOf, withinElement } from './xml-tree.js';
import { edited, type Namespace, openXmp, type Property, takenAway, type XmpPacket } from './xmp-packet.js';

const places: ReadonlySet<string> = new Set([
  ...['City', 'State', 'Country', 'CountryCode', 'Location', 'LocationShown', 'LocationCreated'],
]);

const placeNamespaces: ReadonlySet<Namespace | undefined> = new Set<Namespace>([
  'photoshop',
  'Iptc4xmpCore',
  'Iptc4xmpExt',
]);

/** Names of properties that hold a place whoever defines them: Dublin Core, PRISM, Photo Mechanic, Media Pro, Adobe's for video. */
const PLACE = /^(?:(?:shot)?location|city|country(?:code|name)?)$/i;

/** All of them hold places: cells of a telephone network, and where a specimen was found (Darwin Core). */
const placeUris: ReadonlySet<string> = new Set([
  'http://developer.sonyericsson.com/cell/1.0/',
  'http://rs.tdwg.org/dwc/index.htm',
  'http://rs.tdwg.org/dwc/terms/',
]);

const isPlace = ({ namespace, uri, name }: Property): boolean =>
  (placeNamespaces.has(namespace) && places.has(name)) || PLACE.test(name) || placeUris.has(uri);

/** Names of properties that list people, whoever defines them: Getty, PRISM, Media Pro, Expression Media. */
const PEOPLE = /^(?:person(?:ality)?|people)$/i;

const isFace = ({ namespace, name }: Property): boolean =>
  namespace === 'mwg-rs' ||
  namespace === 'apple-fi' ||
  name === 'Regions' ||
  PEOPLE.test(name) ||
  (namespace === 'MP' && name === 'RegionInfo') ||
  (namespace === 'Iptc4xmpExt' && /^(?:PersonInImage|PersonHeard|ImageRegion)/.test(name));

const isThumbnail = ({ namespace, name }: Property): boolean =>
  namespace === 'xmp' && (name === 'Thumbnails' || name === 'PageInfo');

/** Names of all that is in a structure. */
const namesWithin = ({ text }: XmpPacket, { value, whole, spelling, name }: Property): readonly string[] => {
  if (value !== undefined || spelling === 'attribute') return [name];
  const element = elementAt(text, whole);
  return element === undefined
    ? [name]
    : withinElement(element).flatMap(({ local, attributes }) => [
        local,
        ...attributes.map((attribute) => localOf(attribute.name)),
      ]);
};

const goesFrom =
  (packet: XmpPacket, stripped: Stripped) =>
  (property: Property): boolean => {
    const { namespace, name } = property;
    return (
      (stripped.has('gps') && isPlace(property)) ||
      (stripped.has('faces') && isFace(property)) ||
      (stripped.has('thumbnail') && isThumbnail(property)) ||
      // Packets of other photos that went into this one, and what did not fit into this packet.
      (isPrivate(stripped) && namespace === 'xmpMM' && name === 'Pantry') ||
      (takesMakers(stripped) && namespace === 'xmpNote' && name === 'HasExtendedXMP') ||
      namesWithin(packet, property).some((each) => isNamed(stripped, each))
    );
  };

/**
 * A copy of an XMP packet without what is to go, in whatever spelling; a structure goes whole that holds any of it. Undefined
 * where the packet cannot be read, and may hold anything.
 */
export const strippedXmp = (xmp: Uint8Array, stripped: Stripped): Uint8Array | undefined =>
  pipe(
    openXmp(xmp),
    E.match(
      () => undefined,
      (packet) => edited(packet, takenAway(packet, goesFrom(packet, stripped))),
    ),
  );
