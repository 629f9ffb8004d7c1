import fc from 'fast-check';
import type { Metadata } from '../../ports/index.js';

const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** The smallest EXIF block that says something: a little-endian TIFF structure with an ImageDescription. */
const exif: fc.Arbitrary<Uint8Array> = fc
  .string({ minLength: 4, maxLength: 12, unit: 'grapheme-ascii' })
  .map((text) => {
    const value = latin(`${text}\0`);
    const head = [
      0x49,
      0x49,
      42,
      0,
      8,
      0,
      0,
      0,
      1,
      0,
      0x0e,
      0x01,
      2,
      0,
      value.length,
      0,
      0,
      0,
      26,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    ];
    return Uint8Array.from([...head, ...value]);
  });

const xmp: fc.Arbitrary<Uint8Array> = fc
  .constantFrom('lake', 'valley')
  .map((subject) =>
    latin(
      `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:subject="${subject}"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`,
    ),
  );

/** What a file carried beside its pixels; shrinks to nothing. Bits and model are those that the picture has. */
export const arbitraryMetadata = ({
  bits,
  model,
}: Pick<Metadata, 'bits' | 'model'>): fc.Arbitrary<Metadata> =>
  fc
    .record(
      {
        format: fc.constantFrom('png', 'tiff', 'jpeg'),
        exif,
        xmp,
        density: fc.constantFrom(72, 300),
        orientation: fc.constantFrom(1, 6),
        blocks: fc.constant([{ container: 'png', kind: 'tEXt', data: latin('Comment\0kept') }] as const),
      },
      { requiredKeys: [] },
    )
    .map(({ orientation = 1, ...carried }) => ({
      bits,
      model,
      pages: 1,
      palette: false,
      orientation,
      ...carried,
    }));
