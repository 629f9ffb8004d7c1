import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromLatin1 } from '../bytes.js';
import { iptcOf, photoshopOf } from './photoshop.js';

describe('Photoshop resources', () => {
  it('hold IPTC records of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (iptc) => {
        expect(iptcOf(photoshopOf(iptc))).toEqual(iptc);
        expect(photoshopOf(iptc).length % 2).toBe(0);
      }),
    );
  });

  it('are searched past others, with names of any length', () => {
    const iptc = Uint8Array.of(28, 2, 5);
    for (const name of ['\0\0', '\x01a', '\x02ab\0']) {
      const other = fromLatin1(`8BIM\x03\xed${name}\0\0\0\x03abc\0`);
      expect(iptcOf(concat([other, photoshopOf(iptc)]))).toEqual(iptc);
    }
  });

  it('that are cut off or foreign give nothing', () => {
    const whole = photoshopOf(new Uint8Array(20));
    for (let length = 0; length < whole.length; length++)
      expect(iptcOf(whole.subarray(0, length))).toBeUndefined();
    expect(iptcOf(undefined)).toBeUndefined();
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => iptcOf(bytes) === undefined));
  });
});
