import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { fromLatin1 } from '../bytes.js';
import { escapeXml } from './xml.js';
import {
  type Edit,
  edited,
  NAMESPACES,
  type Namespace,
  openXmp,
  type Property,
  plainTextOf,
  propertiesOf,
  setTo,
  takenAway,
  type XmpPacket,
} from './xmp-packet.js';

/** Edits that give properties another number, where they have a whole number now. */
const withNumbers = (packet: XmpPacket, numbers: readonly [Namespace, string, number][]): Uint8Array =>
  edited(
    packet,
    numbers.flatMap(([namespace, name, number]) =>
      propertiesOf(packet, namespace, name).filter(isWholeNumber).map(setTo(number)),
    ),
  );

const isWholeNumber = ({ value }: Property): boolean =>
  value !== undefined && /^\d{1,15}$/.test(value.trim());

/** The edited packet; the packet as it is where it cannot be read. */
const orAsItIs = (xmp: Uint8Array, edit: (packet: XmpPacket) => Uint8Array): Uint8Array =>
  pipe(
    openXmp(xmp),
    E.match(() => xmp, edit),
  );

/** A copy of the packet that says the picture is upright. Left: what is wrong with a packet that cannot be read. */
export const withUprightXmp = (xmp: Uint8Array): E.Either<string, Uint8Array> =>
  pipe(
    openXmp(xmp),
    E.map((packet) => withNumbers(packet, [['tiff', 'Orientation', 1]])),
  );

/**
 * A copy of the packet whose size properties, where it has them, say the size of the picture; a packet that cannot be
 * read stays as it is.
 */
export const withXmpSize = (xmp: Uint8Array, width: number, height: number): Uint8Array =>
  orAsItIs(xmp, (packet) =>
    withNumbers(packet, [
      ['tiff', 'ImageWidth', width],
      ['tiff', 'ImageLength', height],
      ['exif', 'PixelXDimension', width],
      ['exif', 'PixelYDimension', height],
    ]),
  );

/**
 * Whether an extension of that digest (JPEG's extended XMP) is one that the packet names; of a packet that cannot be read
 * any may be.
 */
export const isExtendedBy = (xmp: Uint8Array): ((digest: string) => boolean) =>
  pipe(
    openXmp(xmp),
    E.match(
      () => (_digest: string) => true,
      (packet) => {
        const named = plainTextOf(packet, 'xmpNote', 'HasExtendedXMP')?.toLowerCase();
        return (digest: string) => digest.toLowerCase() === named;
      },
    ),
  );

const emptyPacket = fromLatin1(
  '<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>' +
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${NAMESPACES.rdf}">` +
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>',
);

/** Edits that take away every receipt, each with its description where that holds nothing else. */
const withoutReceipts = (packet: XmpPacket): readonly Edit[] =>
  takenAway(packet, ({ namespace, name }) => namespace === 'prismflow' && name === 'Receipt');

/**
 * A copy of the packet, or a new one, that carries a receipt in a description of its own; those that it carried before
 * are taken away, in whatever spelling.
 *
 * @param receipt ASCII, as JSON can always be written
 * @returns undefined when the packet cannot be read or holds no RDF, and had better be left alone
 */
export const withReceipt = (xmp: Uint8Array | undefined, receipt: string): Uint8Array | undefined =>
  withDescription(
    xmp,
    `<rdf:Description xmlns:rdf="${NAMESPACES.rdf}" rdf:about="" xmlns:prismflow="${NAMESPACES.prismflow}" ` +
      `prismflow:Receipt="${escapeXml(receipt)}"/>`,
    withoutReceipts,
  );

/**
 * A copy of the packet, or a new one, with one more description.
 *
 * @param description of ASCII, with the namespaces that it uses declared in it
 * @param before edits that are made beside
 * @returns undefined when the packet cannot be read or holds no RDF
 */
export const withDescription = (
  xmp: Uint8Array | undefined,
  description: string,
  before: (packet: XmpPacket) => readonly Edit[] = () => [],
): Uint8Array | undefined =>
  pipe(
    openXmp(xmp ?? emptyPacket),
    E.match(
      () => undefined,
      (packet) => {
        const { rdf } = packet;
        if (rdf === undefined) return undefined;
        const added: Edit =
          rdf.end === undefined
            ? { start: rdf.tag.end - 2, end: rdf.tag.end, text: `>${description}</${rdf.name}>` }
            : { start: rdf.end, end: rdf.end, text: description };
        return edited(packet, [...before(packet), added]);
      },
    ),
  );

/** The receipt that a packet carries. */
export const receiptIn = (xmp: Uint8Array): string | undefined =>
  pipe(
    openXmp(xmp),
    E.match(
      () => undefined,
      (packet) => plainTextOf(packet, 'prismflow', 'Receipt'),
    ),
  );
