import * as E from 'fp-ts/lib/Either.js';
import { fromLatin1, sameBytes } from '../../src/image/bytes.js';
import { profileName, readProfile } from '../../src/image/colour/icc.js';
import { profileOf } from '../../src/image/colour/profile-writer.js';
import { spaceOf } from '../../src/image/colour/space.js';
import { exifSummary } from '../../src/image/inspection/exif-summary.js';
import { claimsIn, withClaims, withoutClaims } from '../../src/image/metadata/claims.js';
import {
  densityOf,
  orientationOf,
  thumbnailOf,
  withSize,
  withThumbnail,
  withUprightOrientation,
} from '../../src/image/metadata/exif.js';
import { declaredByExif, declaredByFields, withSrgbDeclared } from '../../src/image/metadata/exif-colour.js';
import { strippedExif } from '../../src/image/metadata/exif-strip.js';
import {
  metadataOfRegion,
  metadataWithoutPlaces,
  uprightMetadata,
} from '../../src/image/metadata/framing.js';
import { noPanorama, regionOfPanorama } from '../../src/image/metadata/gpano.js';
import { openTiff, readIfd } from '../../src/image/metadata/ifd.js';
import { longs, opaque, rationals, shorts, writeTiff } from '../../src/image/metadata/ifd-writer.js';
import { panoramaOf } from '../../src/image/metadata/panorama.js';
import { iptcOf, photoshopOf, strippedIptc, strippedPhotoshop } from '../../src/image/metadata/photoshop.js';
import { readSidecar, withSidecar } from '../../src/image/metadata/sidecar.js';
import { STRIPPABLE, type Strippable } from '../../src/image/metadata/strip.js';
import {
  isExtendedBy,
  receiptIn,
  withReceipt,
  withUprightXmp,
  withXmpSize,
} from '../../src/image/metadata/xmp.js';
import { openXmp } from '../../src/image/metadata/xmp-packet.js';
import { strippedXmp } from '../../src/image/metadata/xmp-strip.js';
import { samplesOf } from '../../src/image/samples/samples.js';
import { made } from '../../src/image/testing/pictures.js';
import { adobeRgb, greyGamma22, proPhoto, srgbByTable, tabledRgb } from '../../src/image/testing/profiles.js';
import { sidecarFile } from '../../src/image/testing/sidecars.js';
import type { Frame } from '../../src/ports/index.js';
import { expectThat, rightOf, type Target, utf8 } from './target.js';

export const exifSeed = writeTiff(
  {
    fields: [
      shorts('II', 0x0112, [6]),
      { tag: 0x010f, type: 2, count: 6, value: fromLatin1('Nikon\0') },
      rationals('II', 0x011a, [240]),
      shorts('II', 0x0128, [3]),
      longs('II', 0x0201, [8]),
      longs('II', 0x0202, [20]),
    ],
    children: [
      {
        tag: 0x8769,
        directory: { fields: [opaque(0x927c, new Uint8Array(33)), longs('II', 0xa002, [48])], children: [] },
      },
      { tag: 0x8825, directory: { fields: [rationals('II', 0x0002, [48, 12, 33.5])], children: [] } },
    ],
  },
  'II',
);

/** A block that says Adobe RGB by its interoperability index, with a transfer function. */
const r03Seed = writeTiff(
  {
    fields: [
      shorts(
        'II',
        301,
        Array.from({ length: 256 }, (_, i) => i * 257),
      ),
      rationals('II', 318, [0.313, 0.329]),
      rationals('II', 319, [0.64, 0.33, 0.21, 0.71, 0.15, 0.06]),
    ],
    children: [
      {
        tag: 0x8769,
        directory: {
          fields: [shorts('II', 0xa001, [0xffff])],
          children: [
            {
              tag: 0xa005,
              directory: {
                fields: [{ tag: 1, type: 2, count: 4, value: fromLatin1('R03\0') }],
                children: [],
              },
            },
          ],
        },
      },
    ],
  },
  'II',
);

export const iptcSeed = Uint8Array.of(28, 2, 5, 0, 3, 97, 98, 99);

const packet = (description: string): Uint8Array =>
  utf8(
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
      `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${description}</rdf:RDF></x:xmpmeta>` +
      '<?xpacket end="w"?>',
  );

const namespaces =
  'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" ' +
  'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:p="https://prismflow.dev/ns/receipt/1.0/"';

export const xmpSeed = packet(
  `<rdf:Description rdf:about="" ${namespaces} GPano:ProjectionType="equirectangular" ` +
    `GPano:FullPanoWidthPixels='800' tiff:Orientation="6" p:Receipt="{&quot;a&quot;:1}"/>`,
);

const xmpSeeds = [
  xmpSeed,
  packet(
    `<rdf:Description ${namespaces}><GPano:ProjectionType>equirectangular</GPano:ProjectionType>` +
      '<GPano:CroppedAreaLeftPixels>3</GPano:CroppedAreaLeftPixels><exif:PixelXDimension>9</exif:PixelXDimension>' +
      '<dc:title><rdf:Alt><rdf:li xml:lang="x">größe <![CDATA[<a>]]></rdf:li></rdf:Alt></dc:title>' +
      '<p:Receipt>{}</p:Receipt></rdf:Description><!-- note -->',
  ),
  new Uint8Array(
    Buffer.from('<rdf:RDF><rdf:Description GPano:ProjectionType="equirectangular"/></rdf:RDF>', 'utf16le'),
  ),
];

const placeSeeds = [
  ...xmpSeeds,
  packet(
    '<rdf:Description xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" ' +
      'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0" exif:GPSLatitude="1,2N">' +
      '<mwg-rs:Regions><mwg-rs:AppliedToDimensions stDim:w="8" stDim:h="4"/><mwg-rs:RegionList><rdf:Bag>' +
      '<rdf:li mwg-rs:Name="a"><mwg-rs:Area stArea:x="0.5" stArea:y="0.5" stArea:w="0.2" stArea:h="0.2"/></rdf:li>' +
      '<rdf:li><mwg-rs:Area><stArea:x>0.9</stArea:x><stArea:y>0</stArea:y></mwg-rs:Area></rdf:li>' +
      '</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions><MP:RegionInfo><rdf:li MPReg:Rectangle="0, 0.1, 0.2, 0.3"/>' +
      '</MP:RegionInfo></rdf:Description>',
  ),
];

const xmpWords = [
  ...[
    '<rdf:Description ',
    '</rdf:Description>',
    '<rdf:RDF>',
    '</rdf:RDF>',
    '/>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
  ],
  ...[
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '&#x41;',
    '&amp;',
    '<?x ?>',
    'xmlns="',
    "xmlns:GPano='x'",
    '="',
    '\0',
    '\r\n',
  ],
  ...['GPano:ProjectionType="equirectangular"', '<GPano:FullPanoWidthPixels>', 'prismflow:Receipt="{}"'],
];

const frameWith = (xmp: Uint8Array): Frame => ({
  width: 8,
  height: 4,
  channels: 3,
  samples: samplesOf(new Uint8Array(96)),
  metadata: { ...made(8, 'rgb'), xmp },
});

/** The blocks that files carry beside their pixels. */
export const metadataTargets: Readonly<Record<string, Target>> = {
  exif: {
    seeds: () => [exifSeed],
    words: ['II*\0', 'MM\0*'],
    run: (bytes) => {
      const orientation = orientationOf(bytes);
      expectThat(orientation >= 1 && orientation <= 8, 'an orientation is 1 to 8');
      expectThat((densityOf(bytes) ?? 1) > 0, 'a density is positive');
      const upright = withUprightOrientation(bytes);
      expectThat(orientationOf(upright) === 1 || orientation !== 1, 'what was upright stays so');
      expectThat(withSize(upright, 70_000, 3).length === bytes.length, 'a patch moves nothing');
      thumbnailOf(bytes);
      const { camera = '', lens = '' } = exifSummary(bytes) ?? {};
      expectThat(camera.length + lens.length <= 400, 'what is shown is short');
      for (const thumbnail of [undefined, new Uint8Array(3), new Uint8Array(5000)])
        withThumbnail(bytes, thumbnail);
    },
  },
  'exif-colour': {
    seeds: () => [exifSeed, r03Seed],
    words: ['II*\0', 'MM\0*', 'R03\0'],
    run: (bytes) => {
      const srgb = withSrgbDeclared(bytes);
      expectThat(srgb.length === bytes.length, 'a patch moves nothing');
      declaredByExif(bytes);
      const tiff = openTiff(bytes);
      const main = tiff && readIfd(tiff, tiff.first);
      const colour = tiff && main && declaredByFields(tiff, main, 8);
      if (colour) readProfile(profileOf(colour));
    },
  },
  ifd: {
    seeds: () => [exifSeed],
    run: (bytes) => {
      const tiff = openTiff(bytes);
      if (tiff !== undefined) readIfd(tiff, tiff.first);
    },
  },
  xmp: {
    seeds: () => xmpSeeds,
    words: xmpWords,
    run: (bytes) => {
      const opened = openXmp(bytes);
      rightOf(opened);
      rightOf(withUprightXmp(bytes));
      const resized = withXmpSize(bytes, 120, 90);
      expectThat(
        E.isRight(openXmp(resized)) === E.isRight(opened),
        'an edited packet is as well-formed as before',
      );
      isExtendedBy(bytes)('');
      const signed = withReceipt(bytes, '{"a":"<&>"}');
      if (signed === undefined) return;
      expectThat(receiptIn(signed) === '{"a":"<&>"}', 'a receipt is found again');
      expectThat(
        sameBytes(withReceipt(signed, '{}') ?? bytes, withReceipt(bytes, '{}') ?? signed),
        'a receipt takes the place of the one before',
      );
    },
  },
  sidecar: {
    seeds: () => [
      ...xmpSeeds,
      sidecarFile(
        'xmp:Rating="4" tiff:Orientation="6" crs:HasCrop="True" crs:CropLeft="0.1"',
        '<dc:a>b</dc:a>',
      ),
    ],
    words: [...xmpWords, 'crs:HasCrop="True"', 'tiff:Orientation="8"', 'photoshop:SidecarForExtension="NEF"'],
    run: (bytes) => {
      const sidecar = rightOf(readSidecar(bytes, 'jpg'));
      if (sidecar === undefined) return;
      for (const own of [xmpSeed, undefined]) {
        const merged = withSidecar(own, sidecar);
        expectThat(merged === undefined || E.isRight(openXmp(merged)), 'what is put together is well-formed');
      }
    },
  },
  gpano: {
    seeds: () => xmpSeeds,
    words: xmpWords,
    run: (bytes) => {
      const frame = frameWith(bytes);
      panoramaOf(frame);
      const half = { left: 2, top: 0, width: 4, height: 4 };
      const part = regionOfPanorama(frame, half, { width: 3, height: 3 });
      const none = noPanorama(frame.metadata);
      for (const { xmp } of [part, none])
        expectThat(
          xmp !== undefined && E.isRight(openXmp(xmp)) === E.isRight(openXmp(bytes)),
          'an edited packet is as well-formed as before',
        );
      expectThat(panoramaOf(frameWith(none.xmp ?? bytes)).edges === 'none', 'what is no panorama says so');
    },
  },
  places: {
    seeds: () => placeSeeds,
    words: [
      ...xmpWords,
      'mwg-rs:Regions',
      '<mwg-rs:Area ',
      'stArea:x="0.5"',
      'MPReg:Rectangle="0, 0, 1, 1"',
      '<rdf:li>',
    ],
    run: (bytes) => {
      const frame = frameWith(bytes);
      const half = { left: 2, top: 0, width: 4, height: 4 };
      const turned = { ...frame.metadata, orientation: 6 };
      for (const { xmp } of [
        metadataOfRegion(frame, half, { width: 3, height: 3 }),
        metadataWithoutPlaces(frame.metadata),
        uprightMetadata(turned, frame),
        { xmp: withoutClaims(bytes) },
      ])
        expectThat(
          xmp !== undefined && E.isRight(openXmp(xmp)) === E.isRight(openXmp(bytes)),
          'an edited packet is as well-formed as before',
        );
      const claimed = withClaims(bytes, { gainMap: 7, speaksXmp: true });
      if (claimed !== undefined) {
        expectThat(claimsIn(claimed)?.gainMap === true, 'a claim is found again');
        expectThat(claimsIn(withoutClaims(claimed)) === undefined, 'claims are taken back');
      }
    },
  },
  strip: {
    seeds: () => [exifSeed, ...placeSeeds, photoshopOf(iptcSeed), iptcSeed],
    words: ['II*\0', 'MM\0*', '8BIM\x04\x04\0\0', ...xmpWords],
    run: (bytes) => {
      for (const groups of [['gps', 'serial'], ['thumbnail'], STRIPPABLE] as const) {
        const stripped = new Set<Strippable>(groups);
        const exif = strippedExif(bytes, stripped);
        expectThat(exif === undefined || exif.length === bytes.length, 'nothing in EXIF moves');
        const xmp = strippedXmp(bytes, stripped);
        expectThat(
          xmp === undefined || E.isRight(openXmp(xmp)),
          'an edited packet is as well-formed as before',
        );
        expectThat(strippedIptc(bytes, stripped).length <= bytes.length, 'records become no more');
        strippedPhotoshop(bytes, stripped);
      }
    },
  },
  photoshop: {
    seeds: () => [
      photoshopOf(iptcSeed),
      Buffer.concat([photoshopOf(new Uint8Array(99)), photoshopOf(iptcSeed)]),
    ],
    words: ['8BIM', '8BIM\x04\x04\0\0'],
    run: (bytes) => iptcOf(bytes),
  },
  icc: {
    seeds: () => [adobeRgb, proPhoto, srgbByTable, greyGamma22, tabledRgb],
    words: ['acsp', 'RGB ', 'GRAY', 'CMYK', 'XYZ ', 'rTRC', 'gTRC', 'bTRC', 'kTRC', 'curv', 'para', 'A2B0'],
    run: (bytes) => {
      expectThat((profileName(bytes) ?? '').length <= 100, 'a name is short');
      for (const model of ['rgb', 'grey', 'cmyk'] as const) {
        const { space } = spaceOf({ model, icc: bytes });
        if (space.kind !== 'converted') continue;
        const floats = space.conversion.toSrgb(Uint8Array.of(0, 1, 128, 200, 254, 255));
        expectThat(!floats.some(Number.isNaN), 'a conversion gives numbers');
      }
    },
  },
};
