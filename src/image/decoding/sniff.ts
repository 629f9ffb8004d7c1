import { definedOnly } from '../../ports/defined.js';
import type { ImageFormat } from '../../ports/index.js';
import { hasText, latin1 } from '../bytes.js';
import type { ForeignFormat } from '../foreign/packages.js';

/** What a file may be: formats with a decoder, one that comes with the program, or one in a package that may be installed. */
export type FileFormat = ImageFormat | ForeignFormat | 'radiance';

/** What the first bytes say about a file. The name of a file is never asked. */
export type Sniffed =
  | { readonly kind: 'supported'; readonly format: FileFormat }
  | { readonly kind: 'damaged'; readonly format: ImageFormat; readonly reason: string }
  | { readonly kind: 'unsupported'; readonly name: string; readonly hint?: string }
  | { readonly kind: 'unknown' };

const raw = 'Develop it in a raw converter and export 16-bit TIFF, which keeps its depth and gamut.';

interface Signature {
  readonly at: number;
  readonly text: string;
  readonly name: string;
  readonly hint?: string;
}

const unsupported: readonly Signature[] = [
  { at: 0, text: '\0\0\0\x0cjP  ', name: 'JPEG 2000' },
  { at: 0, text: '\xff\x4f\xff\x51', name: 'JPEG 2000' },
  { at: 0, text: '8BPS', name: 'Photoshop (PSD)', hint: 'Save it as TIFF.' },
  { at: 0, text: 'BM', name: 'BMP' },
  { at: 0, text: '\0\0\x01\0', name: 'Windows icon' },
  { at: 0, text: '%PDF', name: 'PDF' },
  { at: 0, text: '%!PS', name: 'PostScript' },
  { at: 0, text: '<svg', name: 'SVG' },
  { at: 0, text: 'SIMPLE  =', name: 'FITS' },
  { at: 0, text: 'DDS ', name: 'DDS texture' },
  { at: 0, text: 'qoif', name: 'QOI' },
  { at: 0, text: 'AT&TFORM', name: 'DjVu' },
  { at: 0, text: 'FOVb', name: 'Sigma raw (X3F)', hint: raw },
  { at: 0, text: 'PK\x03\x04', name: 'ZIP archive', hint: 'Unpack it first.' },
  { at: 0, text: '\x1a\x45\xdf\xa3', name: 'Matroska or WebM video' },
];

/** Heads of cameras' raw files: Fujifilm's RAF, Panasonic's RW2, Olympus' ORF, Canon's CR2 and CR3. Others look like TIFF. */
const raws: readonly Pick<Signature, 'at' | 'text'>[] = [
  { at: 0, text: 'FUJIFILMCCD-RAW' },
  { at: 0, text: 'IIU\0' },
  { at: 0, text: 'IIRO' },
  { at: 0, text: 'IIRS' },
  { at: 0, text: 'MMOR' },
  { at: 8, text: 'CR\x02\0' },
  { at: 4, text: 'ftypcrx ' },
];

const brands = (bytes: Uint8Array): readonly string[] => {
  const box = latin1(bytes, 8, Math.min(bytes[3] ?? 0, 256));
  return box.match(/.{4}/gs) ?? [];
};

// ISO base media files (ftyp): the brands tell still pictures and videos apart.
const sniffMedia = (bytes: Uint8Array): Sniffed => {
  const all = brands(bytes);
  const has = (...names: readonly string[]) => all.some((brand) => names.includes(brand));
  if (has('avif', 'avis')) return { kind: 'supported', format: 'avif' };
  if (has('heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1'))
    return { kind: 'supported', format: 'heic' };
  return { kind: 'unsupported', name: 'video (MP4 or QuickTime)', hint: 'Export a still picture from it.' };
};

// A PNG that went through a text-mode transfer keeps its IHDR but loses the bytes of its signature.
const isMangledPng = (bytes: Uint8Array): boolean =>
  hasText(bytes, 'PNG', 1) || latin1(bytes, 8, 24).includes('IHDR');

const text = (bytes: Uint8Array): Sniffed => {
  const start = latin1(bytes, 0, 256)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (/^<\?xml|^<svg/i.test(start)) return { kind: 'unsupported', name: /<svg/i.test(start) ? 'SVG' : 'XML' };
  if (/^<(!doctype html|html)/i.test(start))
    return {
      kind: 'unsupported',
      name: 'HTML',
      hint: 'This is a web page, perhaps an error page that was saved in place of the picture.',
    };
  return /^P[1-7F]\s/i.test(start)
    ? { kind: 'unsupported', name: 'Netpbm (PPM, PGM, PBM)' }
    : { kind: 'unknown' };
};

/** Tells the format of a file from its first bytes, and names those that cannot be read. */
export const sniff = (bytes: Uint8Array): Sniffed => {
  if (hasText(bytes, '\xff\xd8\xff')) return { kind: 'supported', format: 'jpeg' };
  if (hasText(bytes, '\x89PNG\r\n\x1a\n')) return { kind: 'supported', format: 'png' };
  if (hasText(bytes, 'RIFF') && hasText(bytes, 'WEBP', 8)) return { kind: 'supported', format: 'webp' };
  if (hasText(bytes, 'GIF87a') || hasText(bytes, 'GIF89a')) return { kind: 'supported', format: 'gif' };
  if (hasText(bytes, '\xff\x0a') || hasText(bytes, '\0\0\0\x0cJXL '))
    return { kind: 'supported', format: 'jxl' };
  if (hasText(bytes, '\x76\x2f\x31\x01')) return { kind: 'supported', format: 'exr' };
  if (hasText(bytes, '#?RADIANCE') || hasText(bytes, '#?RGBE'))
    return { kind: 'supported', format: 'radiance' };
  if (raws.some(({ at, text: magic }) => hasText(bytes, magic, at)))
    return { kind: 'supported', format: 'raw' };
  const known = unsupported.find(({ at, text: magic }) => hasText(bytes, magic, at));
  if (known !== undefined)
    return {
      kind: 'unsupported',
      name: known.name,
      ...definedOnly({ hint: known.hint }),
    };
  if (hasText(bytes, 'II*\0') || hasText(bytes, 'MM\0*')) return { kind: 'supported', format: 'tiff' };
  if (hasText(bytes, 'II+\0') || hasText(bytes, 'MM\0+')) return { kind: 'supported', format: 'tiff' };
  if (hasText(bytes, 'ftyp', 4)) return sniffMedia(bytes);
  if (isMangledPng(bytes))
    return {
      kind: 'damaged',
      format: 'png',
      reason: 'the PNG signature is damaged, as a transfer in text mode leaves it',
    };
  return text(bytes);
};
