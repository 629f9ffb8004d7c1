import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { fromLatin1, latin1 } from '../bytes.js';
import { XML_LIMITS } from './xml.js';
import { isExtendedBy, receiptIn, withReceipt, withUprightXmp, withXmpSize } from './xmp.js';
import { openXmp } from './xmp-packet.js';

const packet = (orientation: string) =>
  fromLatin1(
    `<x:xmpmeta><rdf:Description ${orientation} GPano:FullPanoWidthPixels="4096" xmp:Rating="5"/></x:xmpmeta>`,
  );

const upright = (xmp: Uint8Array): Uint8Array => {
  const made = withUprightXmp(xmp);
  if (E.isLeft(made)) throw new Error(made.left);
  return made.right;
};

describe('an XMP packet', () => {
  it('is told to be upright, whether it spells its orientation as an attribute or an element', () => {
    expect(latin1(upright(packet('tiff:Orientation="6"')))).toContain('tiff:Orientation="1"');
    expect(latin1(upright(packet("tiff:Orientation='8'")))).toContain("tiff:Orientation='1'");
    const element = fromLatin1('<tiff:Orientation>3</tiff:Orientation>');
    expect(latin1(upright(element))).toBe('<tiff:Orientation>1</tiff:Orientation>');
  });

  it('gets the size of its picture where it has one, and nothing else changes', () => {
    const old = packet('exif:PixelXDimension="4000" tiff:ImageLength="3000"');
    const text = latin1(withXmpSize(old, 120, 90));
    expect(text).toBe(latin1(packet('exif:PixelXDimension="120" tiff:ImageLength="90"')));
    expect(withXmpSize(packet(''), 120, 90)).toEqual(packet(''));
  });

  it('keeps bytes of any encoding', () => {
    const utf8 = new TextEncoder().encode('<a>größe 写真 🌄</a>');
    expect(upright(utf8)).toEqual(utf8);
  });
});

const RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"';
const described = (inner: string): string =>
  `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\r\n <rdf:RDF ${RDF}>\r\n${inner}\r\n </rdf:RDF>\r\n</x:xmpmeta>\n${' '.repeat(50)}<?xpacket end="w"?>\0\0`;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le'));
const utf16be = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le').swap16());
const latin = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

const PRISM = 'https://prismflow.dev/ns/receipt/1.0/';
const own = (receipt: string): string =>
  `<rdf:Description ${RDF} rdf:about="" xmlns:prismflow="${PRISM}" prismflow:Receipt="${receipt}"/>`;

describe('a receipt', () => {
  it.each([
    ['no packet', undefined],
    ['UTF-8', utf8(described('<rdf:Description dc:title="größe 写真 🌄" xmlns:dc="d"/>'))],
    ['UTF-16', utf16(`\uFEFF${described('<rdf:Description dc:title="写真"/>')}`)],
    ['UTF-16 without a mark', utf16('<rdf:RDF><rdf:Description dc:title="写真"/></rdf:RDF>')],
    [
      'UTF-16 of an odd number of bytes',
      new Uint8Array([...utf16('<rdf:RDF><rdf:Description dc:title="写真"/></rdf:RDF>'), 7]),
    ],
    ['big-endian UTF-16', utf16be(`\uFEFF${described('<rdf:Description dc:title="写真"/>')}`)],
    [
      'bytes that are no Unicode',
      latin(described('<rdf:Description dc:title="gr\xf6\xdfe"/>').replace('\uFEFF', '')),
    ],
    ['an empty list', utf8(`<rdf:RDF ${RDF} />`)],
    ['another prefix', utf8('<q:RDF xmlns:q="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></q:RDF >')],
    ['no prefix', utf8('<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><Description/></RDF>')],
  ])('goes into %s and comes back, and another one takes its place', (_, xmp) => {
    const texts = fc.string({ unit: 'grapheme-ascii' }).map((text) => JSON.stringify({ text }));
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        const once = withReceipt(xmp, first)!;
        expect(receiptIn(once)).toBe(first);
        expect(withReceipt(once, second)).toEqual(withReceipt(xmp, second));
        expect(receiptIn(withReceipt(once, second)!)).toBe(second);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [
      'an element',
      `<rdf:Description xmlns:prismflow="${PRISM}"><prismflow:Receipt>{"a":1}</prismflow:Receipt></rdf:Description>`,
    ],
    [
      'CDATA',
      `<rdf:Description xmlns:prismflow="${PRISM}"><prismflow:Receipt><![CDATA[{"a":1}]]></prismflow:Receipt></rdf:Description>`,
    ],
    [
      'single quotes and another prefix',
      `<rdf:Description xmlns:p='${PRISM}' p:Receipt = '{"a":1}' ></rdf:Description>`,
    ],
    ['numeric references', `<rdf:Description xmlns:p="${PRISM}" p:Receipt="&#x7b;&#34;a&quot;:1}"/>`],
    ['the usual prefix, not declared', `<rdf:Description prismflow:Receipt='{"a":1}'/>`],
  ])('is found in %s, and taken away with its description', (_, description) => {
    const packet = utf8(described(description));
    expect(receiptIn(packet)).toBe('{"a":1}');
    const again = latin1(withReceipt(packet, '{}')!);
    expect(again).toBe(latin1(utf8(described('').replace(' </rdf:RDF>', ` ${own('{}')}</rdf:RDF>`))));
  });

  it('leaves what stands beside it', () => {
    const beside = `<rdf:Description xmlns:p="${PRISM}" dc:title="a"\n p:Receipt="1" dc:b='2'><dc:x/></rdf:Description>`;
    const made = latin1(withReceipt(utf8(described(beside)), '{}')!);
    expect(made).toContain(
      `<rdf:Description xmlns:p="${PRISM}" dc:title="a" dc:b='2'><dc:x/></rdf:Description>`,
    );
  });

  it('of another namespace, in a comment or in a part of something else is none', () => {
    for (const inner of [
      '<rdf:Description xmlns:prismflow="https://example.com/" prismflow:Receipt="{}"/>',
      `<!-- ${own('{}')} -->`,
      `<rdf:Description dc:title="prismflow:Receipt='{}'"/>`,
      `<rdf:Description><dc:source>${own('{}')}</dc:source></rdf:Description>`,
      `<rdf:Description xmlns:p="${PRISM}"><p:Receipt><rdf:Bag><rdf:li>{}</rdf:li></rdf:Bag></p:Receipt></rdf:Description>`,
    ])
      expect(receiptIn(utf8(described(inner)))).toBeUndefined();
  });

  it('goes into nothing that is no XMP', () => {
    for (const text of ['<a/>', '<rdf:RDF>', 'none', '', '<rdf:RDF></rdf:RDF><rdf:RDF/>'])
      expect(withReceipt(utf8(text), '{}')).toBeUndefined();
  });
});

describe('a hostile packet', () => {
  const start = `<rdf:RDF ${RDF}>`;
  it.each([
    ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, 'document type'],
    ['an entity', '<a>&b;</a>', 'not well-formed'],
    ['an attribute twice', '<a b="1" b="2"/>', 'not well-formed'],
    ['elements without an end', start + '<rdf:Description '.repeat(60_000), 'not well-formed'],
    ['spaces without an end', `${start}<GPano:ProjectionType>${' '.repeat(1 << 20)}`, 'not well-formed'],
    [
      'attributes as elements',
      `<a GPano:ProjectionType='equirectangular' ${'<GPano:b '.repeat(9999)}`,
      'not well-formed',
    ],
    ['great depth', '<a>'.repeat(100_000), `more than ${XML_LIMITS.depth} deep`],
    ['many elements', `<a>${'<b/>'.repeat(XML_LIMITS.nodes)}</a>`, `more than ${XML_LIMITS.nodes} elements`],
    ['many attributes', `<a ${Array.from({ length: 5000 }, (_, i) => `b${i}=""`).join(' ')}/>`, 'attributes'],
    ['great length', `<a>${' '.repeat(XML_LIMITS.length)}</a>`, 'million characters'],
    ['nothing', '', 'not well-formed'],
  ])('of %s is refused, and kept as it is', (_, text, reason) => {
    const xmp = utf8(text);
    const opened = openXmp(xmp);
    expect(E.isLeft(opened) && opened.left).toContain(reason);
    expect(withXmpSize(xmp, 1, 1)).toBe(xmp);
    expect(receiptIn(xmp)).toBeUndefined();
    expect(isExtendedBy(xmp)('x')).toBe(true);
  });

  it('of any bytes is a packet or a fault, and a packet is edited only where it should be', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const bytes = new Uint8Array([
          ...utf8('<rdf:RDF><rdf:Description dc:a="'),
          ...noise,
          ...utf8('"/></rdf:RDF>'),
        ]);
        const made = withReceipt(bytes, '{}');
        if (made === undefined) return;
        const text = latin1(made);
        expect(fromLatin1(text.replace(own('{}'), ''))).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

it('an extension belongs to the packet that names it', () => {
  const digest = '0123456789ABCDEF0123456789ABCDEF';
  const packet = utf8(
    described(
      `<rdf:Description xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="${digest}"/>`,
    ),
  );
  expect([isExtendedBy(packet)(digest), isExtendedBy(packet)('')]).toEqual([true, false]);
  expect(isExtendedBy(utf8(described(`<rdf:Description dc:a="${digest}"/>`)))(digest)).toBe(false);
});
