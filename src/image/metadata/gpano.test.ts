import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { noPanorama, regionOfPanorama } from './gpano.js';
import { openXmp, plainTextOf } from './xmp-packet.js';

const attributes = (given: Readonly<Record<string, unknown>>): string =>
  `<rdf:Description dc:title="größe" ${Object.entries(given)
    .map(([name, value]) => `GPano:${name}="${value}"`)
    .join(' ')}/>`;
const elements = (given: Readonly<Record<string, unknown>>): string =>
  `<rdf:Description>${Object.entries(given)
    .map(([name, value]) => `<GPano:${name}>${value}</GPano:${name}>`)
    .join('\n')}<dc:title>größe</dc:title></rdf:Description>`;

const GPANO = 'http://ns.google.com/photos/1.0/panorama/';
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const prefixed = (given: Readonly<Record<string, unknown>>): string =>
  `<r:RDF xmlns:r="${RDF}"><r:Description dc:title="größe"/><r:Description xmlns:pano="${GPANO}" ${Object.entries(
    given,
  )
    .map(([name, value]) => `pano:${name} = '${value}'`)
    .join('\n ')}/></r:RDF>`;
const declaredByEach = (given: Readonly<Record<string, unknown>>): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><RDF xmlns="${RDF}"><Description><dc:title>größe</dc:title>${Object.entries(
    given,
  )
    .map(
      ([name, value]) =>
        `<${name} xmlns="${GPANO}"> &#${`${value}`.charCodeAt(0)};${`${value}`.slice(1)} </${name}>`,
    )
    .join('')}</Description></RDF></x:xmpmeta>`;

const frame = (xmp: string, width: number, height: number) => ({
  width,
  height,
  metadata: { xmp: new TextEncoder().encode(xmp) } as never,
});
const textOf = ({ xmp }: { readonly xmp?: Uint8Array }): string => new TextDecoder().decode(xmp);

const NAMES = [
  'FullPanoWidthPixels',
  'FullPanoHeightPixels',
  'CroppedAreaImageWidthPixels',
  'CroppedAreaImageHeightPixels',
  'CroppedAreaLeftPixels',
  'CroppedAreaTopPixels',
];
/** A GPano property of a packet. */
const propertyOf = (xmp: string, name: string): string | undefined => {
  const packet = openXmp(new TextEncoder().encode(xmp));
  if (E.isLeft(packet)) throw new Error(packet.left);
  return plainTextOf(packet.right, 'GPano', name);
};
const read = (xmp: string) => NAMES.map((name) => Number(propertyOf(xmp, name)));

describe.each([
  ['attributes', attributes],
  ['elements', elements],
  ['another prefix in a second description', prefixed],
  ['elements that each declare the namespace', declaredByEach],
] as const)('a part of a panorama that is described by %s', (_, spelt) => {
  const whole = spelt({ ProjectionType: 'equirectangular', PoseHeadingDegrees: 12 });

  it('says which part it is, and of what', () => {
    const part = regionOfPanorama(
      frame(whole, 800, 400),
      { left: 100, top: 50, width: 200, height: 100 },
      { width: 200, height: 100 },
    );
    expect(read(textOf(part))).toEqual([800, 400, 200, 100, 100, 50]);
    expect(textOf(part)).toContain('größe');
    const within = regionOfPanorama(
      { ...frame('', 200, 100), metadata: part },
      { left: 20, top: 10, width: 50, height: 40 },
      { width: 50, height: 40 },
    );
    expect(read(textOf(within))).toEqual([800, 400, 50, 40, 120, 60]);
  });

  it('is as much smaller as the picture', () => {
    const half = regionOfPanorama(
      frame(whole, 800, 400),
      { left: 0, top: 0, width: 800, height: 400 },
      { width: 400, height: 200 },
    );
    expect(read(textOf(half))).toEqual([400, 200, 400, 200, 0, 0]);
    // The picture had been made smaller by someone who did not say so.
    const silent = spelt({
      ProjectionType: 'equirectangular',
      FullPanoWidthPixels: 1600,
      FullPanoHeightPixels: 800,
      CroppedAreaImageWidthPixels: 1600,
      CroppedAreaImageHeightPixels: 400,
      CroppedAreaLeftPixels: 0,
      CroppedAreaTopPixels: 200,
    });
    const part = regionOfPanorama(
      frame(silent, 800, 200),
      { left: 400, top: 0, width: 400, height: 200 },
      { width: 100, height: 50 },
    );
    expect(read(textOf(part))).toEqual([200, 100, 100, 50, 100, 25]);
  });

  it('keeps its valid rectangle within itself, or leaves it out', () => {
    const valid = spelt({
      ProjectionType: 'equirectangular',
      LargestValidInteriorRectLeft: 100,
      LargestValidInteriorRectTop: 0,
      LargestValidInteriorRectWidth: 300,
      LargestValidInteriorRectHeight: 400,
    });
    const at = (left: number) =>
      textOf(
        regionOfPanorama(
          frame(valid, 800, 400),
          { left, top: 0, width: 200, height: 400 },
          { width: 100, height: 200 },
        ),
      );
    expect(
      ['Left', 'Width'].map((side) => Number(propertyOf(at(300), `LargestValidInteriorRect${side}`))),
    ).toEqual([0, 50]);
    expect(at(500)).not.toContain('LargestValid');
  });

  it('is none when it reaches beyond the picture', () => {
    const beyond = regionOfPanorama(
      frame(whole, 800, 400),
      { left: -1, top: 0, width: 800, height: 400 },
      { width: 800, height: 400 },
    );
    expect(textOf(beyond)).not.toContain('GPano:');
    expect(textOf(beyond)).toContain('größe');
  });

  it('never says that it reaches beyond the whole', () => {
    const side = fc.integer({ min: 1, max: 2000 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(side, side, share, share, side, (width, height, from, length, target) => {
        const left = Math.floor(from * (width - 1));
        const region = { left, top: 0, width: Math.max(1, Math.floor(length * (width - left))), height };
        const xmp = textOf(regionOfPanorama(frame(whole, width, height), region, { width: target, height }));
        const [full = 0, , cropped = 0, , start = 0] = NAMES.map((name) =>
          Number(propertyOf(xmp, name) ?? 0),
        );
        expect(full === 0 || start + cropped <= full).toBe(true);
      }),
    );
  });
});

it('other XMP is left as it is', () => {
  const other = frame('<x dc:title="GPano"/>', 8, 4);
  expect(regionOfPanorama(other, { left: 0, top: 0, width: 4, height: 4 }, { width: 4, height: 4 })).toBe(
    other.metadata,
  );
});

it('names that only look like the properties are left alone', () => {
  const packet = attributes({ ProjectionType: 'equirectangular' }).replace(
    '/>',
    ` other:note="GPano:FullPanoWidthPixels='7'"><!-- GPano:ProjectionType="x" --><a:b><rdf:Description GPano:FullPanoWidthPixels="9"/></a:b></rdf:Description>`,
  );
  const made = noPanorama(frame(packet, 8, 4).metadata);
  expect(textOf(made)).toBe(packet.replace(' GPano:ProjectionType="equirectangular"', ''));
});

it('numbers that no picture has are none', () => {
  const odd = (value: string) =>
    textOf(
      regionOfPanorama(
        frame(attributes({ ProjectionType: 'equirectangular', FullPanoWidthPixels: value }), 8, 4),
        { left: 0, top: 0, width: 4, height: 4 },
        { width: 4, height: 4 },
      ),
    );
  for (const value of ['1e999', 'Infinity', '-5', '', 'many', '1e300'])
    expect(propertyOf(odd(value), 'FullPanoWidthPixels')).toBe('8');
});
