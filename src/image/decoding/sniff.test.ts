import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../bytes.js';
import { sniff } from './sniff.js';

const file = (text: string) => fromLatin1(text.padEnd(64, '\0'));

describe('the first bytes of a file', () => {
  it.each([
    ['jpeg', '\xff\xd8\xff\xe0'],
    ['png', '\x89PNG\r\n\x1a\n'],
    ['webp', 'RIFF\0\0\0\0WEBPVP8 '],
    ['gif', 'GIF87a'],
    ['gif', 'GIF89a'],
    ['tiff', 'II*\0'],
    ['tiff', 'MM\0*'],
    ['tiff', 'II+\0'],
    ['avif', '\0\0\0\x1cftypavif\0\0\0\0mif1avifmiaf'],
    ['avif', '\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf'],
    ['avif', '\0\0\0\x1cftypavis\0\0\0\0avis'],
    ['heic', '\0\0\0\x1cftypheic\0\0\0\0mif1heic'],
    ['raw', '\0\0\0\x18ftypcrx \0\0\0\0'],
    ['raw', 'II*\0\x10\0\0\0CR\x02\0'],
    ['raw', 'FUJIFILMCCD-RAW '],
    ['raw', 'IIU\0'],
    ['jxl', '\xff\x0a'],
    ['jxl', '\0\0\0\x0cJXL \r\n\x87\n'],
    ['radiance', '#?RADIANCE\n'],
    ['raw', 'IIRO'],
    ['raw', 'MMOR'],
    ['heic', '\0\0\0\x14ftypmif1\0\0\0\0mif1'],
  ])('tell %s', (format, start) => {
    expect(sniff(file(start))).toEqual({ kind: 'supported', format });
  });

  it.each([
    ['video (MP4 or QuickTime)', '\0\0\0\x18ftypmp42\0\0\0\0isommp42'],
    ['Photoshop (PSD)', '8BPS\0\x01'],
    ['BMP', 'BM'],
    ['PDF', '%PDF-1.7'],
    ['SVG', '<svg xmlns='],
    ['SVG', '<?xml version="1.0"?><svg'],
    ['HTML', '\n<!DOCTYPE html>'],
    ['Netpbm (PPM, PGM, PBM)', 'P6\n3 2 255\n'],
    ['ZIP archive', 'PK\x03\x04'],
  ])('name %s, which cannot be read', (name, start) => {
    expect(sniff(file(start))).toMatchObject({ kind: 'unsupported', name });
  });

  it('know a PNG that went through a text-mode transfer', () => {
    expect(sniff(file('\x89PNG\n\x1a\n\0\0\0\rIHDR'))).toMatchObject({ kind: 'damaged', format: 'png' });
    expect(sniff(file('\x09PNG\r\n\x1a\n'))).toMatchObject({ kind: 'damaged', format: 'png' });
  });

  it('of anything else are unknown', () => {
    expect(sniff(file('hello'))).toEqual({ kind: 'unknown' });
    expect(sniff(new Uint8Array(0))).toEqual({ kind: 'unknown' });
  });

  it('never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => sniff(bytes).kind !== undefined));
  });
});
