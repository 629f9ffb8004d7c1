import { describe, expect, it } from 'vitest';
import { complaints, lossAmong, mayMeanLoss, meaningOf } from './complaints.js';

const never = () => false;
const always = () => true;

/** Messages as decoders give them, and what each means. */
const known: readonly (readonly [message: string, meaning: 'samples' | 'harmless'])[] = [
  ['VipsJpeg: Corrupt JPEG data: 12 extraneous bytes before marker 0xd3', 'samples'],
  ['VipsJpeg: Corrupt JPEG data: 12 extraneous bytes before marker 0xd9', 'harmless'],
  ['Unknown Adobe color transform code 7', 'harmless'],
  ['Warning: unknown JFIF revision number 9.01', 'harmless'],
  ['VipsJpeg: Corrupt JPEG data: premature end of data segment', 'samples'],
  ['VipsJpeg: premature end of JPEG image', 'samples'],
  ['Corrupt JPEG data: bad Huffman code', 'samples'],
  ['Corrupt JPEG data: bad arithmetic code', 'samples'],
  ['Corrupt JPEG data: found marker 0xd4 instead of RST2', 'samples'],
  ['Inconsistent progression sequence for component 1 coefficient 3', 'samples'],
  ['IDAT: CRC error', 'samples'],
  ['gAMA: CRC error', 'samples'],
  ['tEXt: CRC error', 'harmless'],
  ['IDAT: Too much image data', 'harmless'],
  ['IDAT: incorrect data check', 'samples'],
  ['Not enough image data', 'samples'],
  ['bad adaptive filter value', 'samples'],
  ['iCCP: too short', 'harmless'],
  ['Unknown field with tag 50000 (0xc350) encountered', 'harmless'],
  ['IO error during reading of "JPEGTables"; tag ignored', 'samples'],
  ['IO error during reading of "Artist"; tag ignored', 'harmless'],
  ['Invalid TIFF directory; tags are not sorted in ascending order', 'harmless'],
  [
    'Tag BitsPerSample entry count is 4 , whereas it should be SamplesPerPixel=3. Ignoring extra entries',
    'harmless',
  ],
  ['Discarding 3 bytes to avoid buffer overrun', 'samples'],
  ['Premature EOL at line 4 of strip 1 (got 3, expected 8)', 'samples'],
  ['tiff2vips: Decoding error at scanline 3, incorrect data check', 'samples'],
  ['webp: unable to parse image', 'samples'],
  ['heif: Invalid input: Unspecified: Corrupt frame detected (2.0)', 'samples'],
  ['gifload_buffer: Invalid frame data', 'samples'],
  ['error reading resolution', 'harmless'],
  ['ignoring nclx profile', 'harmless'],
  ['something that no decoder has said yet', 'samples'],
];

describe('complaints of decoders', () => {
  it.each(known)('%s: %s', (message, meaning) => {
    expect(meaningOf(message)).toBe(meaning);
    expect(mayMeanLoss([message])).toBe(meaning === 'samples');
  });

  it('each have a library and the place where it makes them', () => {
    for (const { library, source } of complaints) expect([library, source]).not.toContain('');
    expect(new Set(complaints.map(({ text }) => String(text))).size).toBe(complaints.length);
  });

  it('of JPEG, whose first is told with their number: a harmless one speaks for itself only', () => {
    const stray = 'VipsJpeg: Corrupt JPEG data: 2 extraneous bytes before marker 0xdb';
    expect(lossAmong(['read gave 1 warnings', stray], always)).toBeUndefined();
    expect(lossAmong(['read gave 1 warnings', stray], never)).toBe(stray);
    expect(lossAmong(['read gave 2 warnings', stray, stray], always)).toBe('its decoder gave 2 warnings');
    expect(lossAmong(['read gave 1 warnings'], always)).toBe('its decoder gave 1 warnings');
    expect(lossAmong([], always)).toBeUndefined();
  });
});
