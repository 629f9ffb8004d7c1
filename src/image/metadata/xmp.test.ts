import { describe, expect, it } from 'vitest';
import { fromLatin1, latin1 } from '../bytes.js';
import { withUprightXmp, withXmpSize } from './xmp.js';

const packet = (orientation: string) =>
  fromLatin1(
    `<x:xmpmeta><rdf:Description ${orientation} GPano:FullPanoWidthPixels="4096" xmp:Rating="5"/></x:xmpmeta>`,
  );

describe('an XMP packet', () => {
  it('is told to be upright, whether it spells its orientation as an attribute or an element', () => {
    expect(latin1(withUprightXmp(packet('tiff:Orientation="6"')))).toContain('tiff:Orientation="1"');
    expect(latin1(withUprightXmp(packet("tiff:Orientation='8'")))).toContain("tiff:Orientation='1'");
    const element = fromLatin1('<tiff:Orientation>3</tiff:Orientation>');
    expect(latin1(withUprightXmp(element))).toBe('<tiff:Orientation>1</tiff:Orientation>');
  });

  it('gets the size of its picture where it has one, and nothing else changes', () => {
    const old = packet('exif:PixelXDimension="4000" tiff:ImageLength="3000"');
    const text = latin1(withXmpSize(old, 120, 90));
    expect(text).toBe(latin1(packet('exif:PixelXDimension="120" tiff:ImageLength="90"')));
    expect(withXmpSize(packet(''), 120, 90)).toEqual(packet(''));
  });

  it('keeps bytes of any encoding', () => {
    const utf8 = new TextEncoder().encode('<a>größe 写真 🌄</a>');
    expect(withUprightXmp(utf8)).toEqual(utf8);
  });
});
