import sharp from 'sharp';
import { concat, fromLatin1, viewOf } from '../bytes.js';
import { picture } from './files.js';

/** JPEG files with something behind their picture, made by hand. */

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';

/** An XMP packet with one description. */
export const packetOf = (attributes: string, content = ''): Uint8Array =>
  new TextEncoder().encode(
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${RDF}"><rdf:Description rdf:about="" ${attributes}>` +
      `${content}</rdf:Description></rdf:RDF></x:xmpmeta>`,
  );

/** A segment by its marker. */
export const app = (marker: number, name: string, payload: Uint8Array): Uint8Array => {
  const head = Uint8Array.of(0xff, marker, 0, 0);
  viewOf(head).setUint16(2, name.length + payload.length + 2);
  return concat([head, fromLatin1(name), payload]);
};

/** A JPEG with more segments behind its start. */
export const jpegWith = (jpeg: Uint8Array, segments: readonly Uint8Array[]): Uint8Array =>
  concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);

export const xmpSegment = (packet: Uint8Array): Uint8Array =>
  app(0xe1, 'http://ns.adobe.com/xap/1.0/\0', packet);

const HDRGM = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"';
const CONTAINER =
  'xmlns:Container="http://ns.google.com/photos/1.0/container/" ' +
  'xmlns:Item="http://ns.google.com/photos/1.0/container/item/"';

const directory = (items: readonly (readonly [semantic: string, mime: string, length: number])[]): string =>
  `<Container:Directory><rdf:Seq>${items
    .map(
      ([semantic, mime, length]) =>
        '<rdf:li rdf:parseType="Resource"><Container:Item ' +
        `Item:Semantic="${semantic}" Item:Mime="${mime}" Item:Length="${length}"/></rdf:li>`,
    )
    .join('')}</rdf:Seq></Container:Directory>`;

/** The list of a picture and one behind it (CIPA DC-007), written out byte by byte. */
const multiPicture = (mainLength: number, length: number, offset: number): Uint8Array => {
  const body = Buffer.alloc(8 + 2 + 36 + 4 + 32);
  body.write('MM\0*', 0, 'latin1');
  body.writeUInt32BE(8, 4);
  body.writeUInt16BE(3, 8);
  const entry = (i: number, tag: number, type: number, count: number): number => {
    body.writeUInt16BE(tag, 10 + i * 12);
    body.writeUInt16BE(type, 12 + i * 12);
    body.writeUInt32BE(count, 14 + i * 12);
    return 18 + i * 12;
  };
  body.write('0100', entry(0, 0xb000, 7, 4), 'latin1');
  body.writeUInt32BE(2, entry(1, 0xb001, 4, 1));
  body.writeUInt32BE(50, entry(2, 0xb002, 7, 32));
  [0x030000, mainLength, 0, 0, 0, length, offset, 0].forEach((value, i) => {
    body.writeUInt32BE(value, 50 + i * 4);
  });
  return body;
};

/** A picture with another one behind it, which it lists. */
export const listing = (jpeg: Uint8Array, behind: Uint8Array): Uint8Array => {
  const length = jpeg.length + 4 + 4 + 82;
  // The list stands right behind the start of the file: its byte order mark is at 10.
  return concat([
    jpegWith(jpeg, [app(0xe2, 'MPF\0', multiPicture(length, behind.length, length - 10))]),
    behind,
  ]);
};

/** Levels of a gain map that rise from left to right, and from top to bottom half as much. */
export const rising = (width: number, height: number): Uint8Array =>
  Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return (160 * (x + 0.5)) / width + (80 * (y + 0.5)) / height;
  });

/** A gain map as cameras write it: a grey JPEG that says by XMP what it means. */
export const gainMapOf = async (width: number, height: number): Promise<Uint8Array> => {
  const jpeg = await sharp(rising(width, height), { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .jpeg({ quality: 98 })
    .toBuffer();
  const meaning =
    `${HDRGM} hdrgm:GainMapMin="0" hdrgm:GainMapMax="2" hdrgm:Gamma="1" hdrgm:OffsetSDR="0.015625" ` +
    'hdrgm:OffsetHDR="0.015625" hdrgm:HDRCapacityMin="0" hdrgm:HDRCapacityMax="2" hdrgm:BaseRenditionIsHDR="False"';
  return jpegWith(jpeg, [xmpSegment(packetOf(meaning))]);
};

/** An Ultra HDR photo, with its gain map at half of its sides. */
export const ultraHdr = async (
  width = 96,
  height = 64,
  orientation = 1,
): Promise<{ readonly file: Uint8Array; readonly map: Uint8Array }> => {
  const map = await gainMapOf(width / 2, height / 2);
  const plain = picture(width, height);
  const jpeg = await (orientation === 1 ? plain : plain.withMetadata({ orientation })).jpeg().toBuffer();
  const xmp = packetOf(
    `${HDRGM} ${CONTAINER} xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/jpeg"`,
    directory([
      ['Primary', 'image/jpeg', 0],
      ['GainMap', 'image/jpeg', map.length],
    ]),
  );
  return { file: listing(jpegWith(jpeg, [xmpSegment(xmp)]), map), map };
};

/** The beginning of an MP4 file, and noise. */
export const video = (length = 500): Uint8Array =>
  concat([
    fromLatin1('\0\0\0\x18ftypmp42\0\0\0\0mp42isom'),
    Uint8Array.from({ length: length - 24 }, (_, i) => (i * 37) % 251),
  ]);

/** A motion photo: by the container directory, or in the older form by an offset. */
export const motionPhoto = async (
  form: 'directory' | 'offset',
  film: Uint8Array,
  claimed = film.length,
): Promise<Uint8Array> => {
  const camera = 'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"';
  const xmp =
    form === 'directory'
      ? packetOf(
          `${camera} ${CONTAINER} GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1" ` +
            'GCamera:MotionPhotoPresentationTimestampUs="500000"',
          directory([
            ['Primary', 'image/jpeg', 0],
            ['MotionPhoto', 'video/mp4', claimed],
          ]),
        )
      : packetOf(
          `${camera} GCamera:MicroVideo="1" GCamera:MicroVideoVersion="1" GCamera:MicroVideoOffset="${claimed}" ` +
            'GCamera:MicroVideoPresentationTimestampUs="7"',
        );
  return concat([jpegWith(await picture(96, 64).jpeg().toBuffer(), [xmpSegment(xmp)]), film]);
};
