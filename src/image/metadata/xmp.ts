import { fromLatin1, latin1 } from '../bytes.js';

/**
 * XMP packets (ISO 16684-1) are XML, but only single numbers of them are patched here, in either of the two spellings
 * (attribute or element); the rest stays as it was, byte for byte.
 */
const withNumbers = (xmp: Uint8Array, numbers: Readonly<Record<string, number>>): Uint8Array =>
  fromLatin1(
    Object.entries(numbers).reduce(
      (text, [name, value]) =>
        text
          .replace(new RegExp(`(\\b${name}\\s*=\\s*["'])\\d+(?=["'])`, 'g'), `$1${value}`)
          .replace(new RegExp(`(<${name}>)\\s*\\d+\\s*(?=</${name}>)`, 'g'), `$1${value}`),
      latin1(xmp),
    ),
  );

/** A copy of the packet that says the picture is upright. */
export const withUprightXmp = (xmp: Uint8Array): Uint8Array => withNumbers(xmp, { 'tiff:Orientation': 1 });

/** A copy of the packet whose size properties, where it has them, say the size of the picture. */
export const withXmpSize = (xmp: Uint8Array, width: number, height: number): Uint8Array =>
  withNumbers(xmp, {
    'tiff:ImageWidth': width,
    'tiff:ImageLength': height,
    'exif:PixelXDimension': width,
    'exif:PixelYDimension': height,
  });

const RECEIPT_NAMESPACE = 'https://prismflow.dev/ns/receipt/1.0/';

const emptyPacket =
  '<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>' +
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>';

const ownDescription = /<rdf:Description [^>]*prismflow:Receipt="([^"]*)"\s*\/>/g;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

const escapeXml = (text: string): string => text.replace(/[&<>"\n\r\t]/g, (each) => escapes[each] ?? each);

const unescapeXml = (text: string): string =>
  Object.entries(escapes).reduceRight((plain, [each, escaped]) => plain.replaceAll(escaped, each), text);

/**
 * A copy of the packet, or a new one, that carries a receipt; one that it carried before is replaced.
 *
 * @param receipt ASCII, as JSON can always be written
 * @returns undefined when the packet is not written in the usual way, and had better be left alone
 */
export const withReceipt = (xmp: Uint8Array | undefined, receipt: string): Uint8Array | undefined => {
  const packet = (xmp === undefined ? emptyPacket : latin1(xmp)).replace(ownDescription, '');
  const end = packet.lastIndexOf('</rdf:RDF>');
  if (end < 0) return undefined;
  const own = `<rdf:Description rdf:about="" xmlns:prismflow="${RECEIPT_NAMESPACE}" prismflow:Receipt="${escapeXml(receipt)}"/>`;
  return fromLatin1(`${packet.slice(0, end)}${own}${packet.slice(end)}`);
};

/** The receipt that a packet carries. */
export const receiptIn = (xmp: Uint8Array): string | undefined => {
  const [own] = latin1(xmp).matchAll(ownDescription);
  return own?.[1] === undefined ? undefined : unescapeXml(own[1]);
};
