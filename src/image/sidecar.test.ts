import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { plain } from './bytes.js';
import { writeJpeg } from './containers/jpeg.js';
import { decode } from './decoding/decode.js';
import { readSidecar, withSidecar } from './metadata/sidecar.js';
import { openXmp, plainTextOf } from './metadata/xmp-packet.js';
import { packetOf } from './testing/behind.js';
import { nothing, picture } from './testing/files.js';
import { right } from './testing/pictures.js';
import { sidecarFile as adobe } from './testing/sidecars.js';

const keywords = '<dc:subject><rdf:Bag><rdf:li>Zürich 🌄</rdf:li></rdf:Bag></dc:subject>';
const settings =
  'crs:Exposure2012="+1.5" crs:HasCrop="True" crs:CropLeft="0.1" crs:CropTop="0" crs:CropRight="0.9" crs:CropBottom="0.75" crs:CropAngle="-1.5"';

const said = (xmp: Uint8Array | undefined, namespace: 'xmp' | 'crs' | 'tiff' | 'GPano', name: string) => {
  const packet = xmp && openXmp(xmp);
  return packet && E.isRight(packet) ? plainTextOf(packet.right, namespace, name) : undefined;
};

let jpeg: Uint8Array = new Uint8Array(0);
beforeAll(async () => {
  const own = packetOf(
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="1" xmp:Label="Green" xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular"',
  );
  jpeg = writeJpeg(plain(await picture(60, 40).jpeg().toBuffer()), { ...nothing, xmp: own }).bytes;
});

const decoded = (sidecar: Uint8Array, name = 'IMG_1.jpg') =>
  right(decode({ bytes: jpeg, name }, { sidecar }));

describe('a sidecar', () => {
  it('outranks what the photo says, property by property; settings of raw converters are told', async () => {
    const { frame, warnings } = await decoded(
      adobe(`xmp:Rating="4" tiff:Orientation="6" ${settings}`, keywords),
    );
    const { xmp } = frame.metadata;
    expect([frame.width, frame.height, frame.metadata.orientation]).toEqual([40, 60, 6]);
    expect([said(xmp, 'xmp', 'Rating'), said(xmp, 'xmp', 'Label'), said(xmp, 'tiff', 'Orientation')]).toEqual(
      ['4', 'Green', '1'],
    );
    expect(said(xmp, 'GPano', 'ProjectionType')).toBe('equirectangular');
    expect(said(xmp, 'crs', 'Exposure2012')).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(['image/sidecar-settings']);
    expect(warnings[0]?.message).toContain('left 10 %, top 0 %, right 90 %, bottom 75 %');
    expect(warnings[0]?.message).toContain('straightened by -1.5°');
  });

  it('of another photo does not count, and one that cannot be read is told', async () => {
    const others = await decoded(adobe('photoshop:SidecarForExtension="NEF" xmp:Rating="4"'));
    expect([said(others.frame.metadata.xmp, 'xmp', 'Rating'), others.warnings]).toEqual(['1', []]);
    const own = await decoded(adobe('photoshop:SidecarForExtension="jpg" xmp:Rating="4"'));
    expect(said(own.frame.metadata.xmp, 'xmp', 'Rating')).toBe('4');
    const broken = await decoded(new TextEncoder().encode('<x:xmpmeta'));
    expect(broken.warnings.map(({ code }) => code)).toEqual(['image/xmp-unreadable']);
    expect(said(broken.frame.metadata.xmp, 'xmp', 'Rating')).toBe('1');
  });

  it('and its photo’s packet become one that is well-formed, whatever both hold', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((each) => each.replace(/[<>&"']/g, ''));
    const printable = text.filter((each) => E.isRight(openXmp(adobe(`xmp:Label="${each}"`))));
    fc.assert(
      fc.property(printable, printable, fc.boolean(), (a, b, asElement) => {
        const sidecar = readSidecar(
          asElement
            ? adobe('', `<xmp:Label>${a}</xmp:Label>${keywords}`)
            : adobe(`xmp:Label="${a}"`, keywords),
          'jpg',
        );
        if (E.isLeft(sidecar) || sidecar.right === undefined) throw new Error('it can be read');
        const merged = withSidecar(adobe(`xmp:Label="${b}" xmp:Rating="2"`, keywords), sidecar.right);
        expect(said(merged, 'xmp', 'Label')).toBe(a.trim().replace(/[\t\n\r]/g, asElement ? '$&' : ' '));
        expect(said(merged, 'xmp', 'Rating')).toBe('2');
      }),
    );
  });

  it('is read by exiftool as it is put together here', async (test) => {
    if (spawnSync('exiftool', ['-ver']).status !== 0) return test.skip();
    const { frame } = await decoded(adobe('xmp:Rating="4"', keywords));
    const { stdout } = spawnSync('exiftool', ['-s3', '-XMP:Subject', '-XMP:Rating', '-XMP:Label', '-'], {
      input: frame.metadata.xmp,
      encoding: 'utf8',
    });
    expect(stdout.trim().split('\n')).toEqual(['Zürich 🌄', '4', 'Green']);
  });
});
