import { describe, expect, it } from 'vitest';
import type { Frame } from '../../ports/index.js';
import { fromLatin1 } from '../bytes.js';
import { decode } from '../decoding/decode.js';
import { jpegWith, packetOf, xmpSegment } from '../testing/behind.js';
import { picture } from '../testing/files.js';
import { made, right } from '../testing/pictures.js';
import { metadataOfRegion, metadataWithoutPlaces, uprightMetadata } from './framing.js';

const RS =
  'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#" ' +
  'xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"';

interface Area {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const mwg = (areas: readonly Area[], w = 200, h = 100, unit = 'normalized'): string =>
  `<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:AppliedToDimensions stDim:w="${w}" stDim:h="${h}" stDim:unit="pixel"/>` +
  `<mwg-rs:RegionList><rdf:Bag>${areas
    .map(
      (area, i) =>
        `<rdf:li><rdf:Description mwg-rs:Name="${area.name}" mwg-rs:Type="Face">${
          i % 2 === 0
            ? `<mwg-rs:Area stArea:x="${area.x}" stArea:y="${area.y}" stArea:w="${area.w}" stArea:h="${area.h}" stArea:unit="${unit}"/>`
            : `<mwg-rs:Area rdf:parseType="Resource"><stArea:x>${area.x}</stArea:x><stArea:y>${area.y}</stArea:y>` +
              `<stArea:w>${area.w}</stArea:w><stArea:h>${area.h}</stArea:h></mwg-rs:Area>`
        }</rdf:Description></rdf:li>`,
    )
    .join('')}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>`;

const MP =
  'xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#" ' +
  'xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"';
const microsoft = (rectangles: readonly string[]): string =>
  `<MP:RegionInfo rdf:parseType="Resource"><MPRI:Regions><rdf:Bag>${rectangles
    .map((each) => `<rdf:li MPReg:Rectangle="${each}" MPReg:PersonDisplayName="Me"/>`)
    .join('')}</rdf:Bag></MPRI:Regions></MP:RegionInfo>`;

const frame = (attributes: string, content: string, more: Partial<Frame['metadata']> = {}) => ({
  width: 200,
  height: 100,
  metadata: { ...made(8, 'rgb'), xmp: packetOf(attributes, content), ...more },
});

const textOf = ({ xmp }: Frame['metadata']): string => new TextDecoder().decode(xmp);
const face: Area = { name: 'Anna', x: 0.25, y: 0.5, w: 0.1, h: 0.2 };
const other: Area = { name: 'Bert', x: 0.75, y: 0.25, w: 0.1, h: 0.2 };

/** Fields of the area behind a name, as numbers. */
const areaOf = (text: string, name: string): readonly number[] => {
  const from = text.indexOf(`"${name}"`);
  if (from < 0) return [];
  return ['x', 'y', 'w', 'h'].map((field) =>
    Number(new RegExp(`stArea:${field}(?:="|>)([\\d.-]+)`).exec(text.slice(from))?.[1]),
  );
};

const left = { left: 0, top: 0, width: 100, height: 100 };

describe('regions of people', () => {
  it('follow a crop; those outside go', () => {
    const metadata = metadataOfRegion(frame(RS, mwg([face, other])), left, left);
    const text = textOf(metadata);
    expect(areaOf(text, 'Anna')).toEqual([0.5, 0.5, 0.2, 0.2]);
    expect(text).not.toContain('Bert');
    expect(text).toMatch(/stDim:w="100" stDim:h="100"/);
    expect(metadata.leftOut).toBeUndefined();
  });

  it('are cut where they reach beyond', () => {
    const region = { left: 50, top: 0, width: 100, height: 100 };
    expect(areaOf(textOf(metadataOfRegion(frame(RS, mwg([face])), region, region)), 'Anna')).toEqual([
      0.05, 0.5, 0.1, 0.2,
    ]);
  });

  it('follow a pad and a change of size', () => {
    const region = { left: -100, top: -50, width: 400, height: 200 };
    const padded = textOf(metadataOfRegion(frame(RS, mwg([face, other])), region, region));
    expect([areaOf(padded, 'Anna'), areaOf(padded, 'Bert')]).toEqual([
      [0.375, 0.5, 0.05, 0.1],
      [0.625, 0.375, 0.05, 0.1],
    ]);
    const whole = { left: 0, top: 0, width: 200, height: 100 };
    const smaller = textOf(metadataOfRegion(frame(RS, mwg([face])), whole, { width: 50, height: 25 }));
    expect(areaOf(smaller, 'Anna')).toEqual([0.25, 0.5, 0.1, 0.2]);
    expect(smaller).toMatch(/stDim:w="50" stDim:h="25"/);
  });

  it('go all where none is left', () => {
    const region = { left: 0, top: 80, width: 20, height: 20 };
    const metadata = metadataOfRegion(frame(RS, mwg([face, other])), region, region);
    expect(textOf(metadata)).not.toContain('mwg-rs:Regions');
  });

  it('go, and are told, where they cannot be followed', () => {
    for (const metadata of [
      metadataOfRegion(frame(RS, mwg([face], 200, 100, 'pixel')), left, left),
      metadataWithoutPlaces(frame(RS, mwg([face])).metadata),
    ]) {
      expect(textOf(metadata)).not.toContain('mwg-rs:Regions');
      expect(metadata.leftOut).toEqual(['regions of people and things in XMP']);
    }
  });

  it('of Microsoft follow as well', () => {
    const made = frame(MP, microsoft(['0.2, 0.4, 0.1, 0.2', '0.7, 0.1, 0.1, 0.1']));
    const text = textOf(metadataOfRegion(made, left, left));
    expect(text.match(/MPReg:Rectangle="[^"]*"/g)).toEqual(['MPReg:Rectangle="0.4, 0.4, 0.2, 0.2"']);
  });

  const uprights = {
    2: [0.75, 0.5, 0.1, 0.2],
    3: [0.75, 0.5, 0.1, 0.2],
    5: [0.5, 0.25, 0.2, 0.1],
    6: [0.5, 0.25, 0.2, 0.1],
    7: [0.5, 0.75, 0.2, 0.1],
    8: [0.5, 0.75, 0.2, 0.1],
  } as const;

  it.each([2, 3, 5, 6, 7, 8] as const)('are turned with the picture, orientation %i', (orientation) => {
    const { metadata, ...size } = frame(RS, mwg([face]), { orientation });
    const text = textOf(uprightMetadata(metadata, size));
    expect(areaOf(text, 'Anna')).toEqual(uprights[orientation]);
    expect(text).toContain(orientation >= 5 ? 'stDim:w="100" stDim:h="200"' : 'stDim:w="200" stDim:h="100"');
  });

  it('are left alone where they were measured in the upright picture', () => {
    const { metadata, ...size } = frame(RS, mwg([face], 100, 200), { orientation: 6 });
    expect(areaOf(textOf(uprightMetadata(metadata, size)), 'Anna')).toEqual([0.25, 0.5, 0.1, 0.2]);
  });

  it('of a file are turned when it is read', async () => {
    const jpeg = await picture(200, 100).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const { frame: read } = await right(
      decode({ bytes: jpegWith(jpeg, [xmpSegment(packetOf(RS, mwg([face])))]) }),
    );
    expect([read.width, read.height]).toEqual([100, 200]);
    expect(areaOf(textOf(read.metadata), 'Anna')).toEqual([0.5, 0.25, 0.2, 0.1]);
  });
});

describe('what holds for the picture as it was', () => {
  const depth = frame(
    'xmlns:GDepth="http://ns.google.com/photos/1.0/depthmap/" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" ' +
      'xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" GDepth:Near="1" xmpNote:HasExtendedXMP="AB" ' +
      'crs:HasCrop="True" crs:CropLeft="0.1" crs:LensProfileEnable="1" crs:Exposure2012="0.5"',
    '',
    {
      blocks: [
        { container: 'jpeg', kind: 'APP1', data: fromLatin1('http://ns.adobe.com/xmp/extension/\0AB') },
      ],
    },
  );

  it('goes with a crop, and is told', () => {
    const metadata = metadataOfRegion(depth, left, left);
    expect(textOf(metadata)).not.toMatch(
      /GDepth:Near|HasExtendedXMP|crs:HasCrop|crs:CropLeft|LensProfileEnable/,
    );
    expect(textOf(metadata)).toContain('crs:Exposure2012="0.5"');
    expect(metadata.blocks).toEqual([]);
    expect(metadata.leftOut).toEqual(['the depth map', 'crop and lens corrections of Camera Raw in XMP']);
  });

  it('stays at another size, since it counts in shares of the picture', () => {
    const whole = { left: 0, top: 0, width: 200, height: 100 };
    const metadata = metadataOfRegion(depth, whole, { width: 100, height: 50 });
    expect([textOf(metadata), metadata.leftOut, metadata.blocks]).toEqual([
      textOf(depth.metadata),
      undefined,
      depth.metadata.blocks,
    ]);
  });
});
