import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { samplesOf, toDepth } from '../samples/samples.js';
import {
  adobeRgb,
  gammaTag,
  greyGamma22,
  matrixProfile,
  parametricTag,
  proPhoto,
  srgbByTable,
  tabledRgb,
} from '../testing/profiles.js';
import type { Conversion } from './conversion.js';
import { readProfile } from './icc.js';
import { spaceOf } from './space.js';

const conversionOf = (icc: Uint8Array, model: 'rgb' | 'grey' = 'rgb'): Conversion => {
  const { space } = spaceOf({ model, icc });
  if (space.kind !== 'converted') throw new Error(`The profile is ${space.kind}.`);
  return space.conversion;
};

describe('profiles', () => {
  // What Little CMS makes of a profile, by way of libvips, in 8 bits.
  const littleCms = async (data: Uint8Array, icc: Uint8Array): Promise<Buffer> => {
    const { writePng } = await import('../containers/png.js');
    const bare = await sharp(data, { raw: { width: data.length / 3, height: 1, channels: 3 } })
      .png()
      .toBuffer();
    const nothing = {
      exif: undefined,
      xmp: undefined,
      iptc: undefined,
      photoshop: undefined,
      density: undefined,
      blocks: [],
      leftovers: [],
    };
    return sharp(writePng(bare, { ...nothing, icc }).bytes)
      .raw()
      .toBuffer();
  };

  it.each([
    ['Adobe RGB', adobeRgb],
    ['ProPhoto', proPhoto],
    ['parametric', matrixProfile('wide', [0.7, 0.3, 0.17, 0.8, 0.13, 0.05, 0.3127, 0.329], parametricTag)],
  ] as const)('%s is read as Little CMS reads it, to one level', async (_, icc) => {
    const data = Uint8Array.from({ length: 3 * 2000 }, (_value, i) => (i * i * 31 + i * 7) % 256);
    const expected = await littleCms(data, icc);
    const ours = toDepth(samplesOf(conversionOf(icc).toSrgb(data)), 'uint8');
    const worst = Math.max(...Array.from(ours, (value, i) => Math.abs(value - (expected[i] as number))));
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('that are sRGB by another name leave samples alone', async () => {
    const { icc } = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
      .withIccProfile('srgb')
      .png()
      .toBuffer()
      .then((file) => sharp(file).metadata());
    expect(icc).toBeDefined();
    for (const profile of [icc as Uint8Array, srgbByTable])
      expect(spaceOf({ model: 'rgb', icc: profile })).toEqual({ space: { kind: 'srgb' } });
  });

  it('of tables are left to Little CMS', () => {
    expect(spaceOf({ model: 'rgb', icc: tabledRgb }).space.kind).toBe('managed');
  });

  it('that do not fit the picture are passed over, and it is said why', () => {
    expect(spaceOf({ model: 'rgb', icc: greyGamma22 }).ignored).toContain('grey');
    expect(spaceOf({ model: 'grey', icc: adobeRgb })).toEqual({ space: { kind: 'srgb' } });
    expect(spaceOf({ model: 'rgb', icc: new Uint8Array(200) }).ignored).toContain('damaged');
    expect(spaceOf({ model: 'cmyk', icc: adobeRgb })).toMatchObject({
      space: { kind: 'managed' },
      ignored: expect.any(String),
    });
  });

  it('that are damaged are never read beyond their end', () => {
    const damage = fc.record({
      at: fc.nat(adobeRgb.length - 1),
      value: fc.nat(255),
      length: fc.nat(adobeRgb.length),
    });
    fc.assert(
      fc.property(damage, fc.array(damage, { maxLength: 20 }), ({ length }, edits) => {
        const icc = adobeRgb.slice(0, length);
        for (const { at, value } of edits) if (at < length) icc[at] = value;
        const { space } = spaceOf({ model: 'rgb', icc });
        if (space.kind === 'converted')
          for (const value of space.conversion.toSrgb(Uint8Array.of(0, 128, 255)))
            expect(value).not.toBeNaN();
      }),
      { numRuns: 300 },
    );
  });

  it('of one point for a curve are a power', () => {
    const profile = readProfile(
      matrixProfile('g', [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329], gammaTag(2)),
    );
    expect(profile?.kind === 'matrix' && profile.curves[0].toLight(0.5)).toBeCloseTo(0.25, 6);
  });
});

describe('declared colours', () => {
  it('of another gamma are converted, and sRGB’s own are not', () => {
    const chromaticities = [0.64, 0.33, 0.3, 0.6, 0.15, 0.06, 0.3127, 0.329];
    expect(spaceOf({ model: 'rgb', colour: { chromaticities, transfer: 'srgb' } }).space.kind).toBe('srgb');
    const { space } = spaceOf({ model: 'rgb', colour: { chromaticities, transfer: 'linear' } });
    expect(space.kind === 'converted' && space.conversion.toSrgb(Uint8Array.of(55, 55, 55))[0]).toBeCloseTo(
      0.5,
      2,
    );
    const grey = spaceOf({ model: 'grey', colour: { chromaticities, transfer: { exponent: 1 } } }).space;
    expect(grey.kind === 'converted' && grey.conversion.toSrgb(Uint8Array.of(55))[0]).toBeCloseTo(0.5, 2);
  });

  it('that make no sense are taken as sRGB', () => {
    const nonsense = { chromaticities: [0, 0, 0, 0, 0, 0, 0, 0], transfer: 'linear' } as const;
    expect(spaceOf({ model: 'rgb', colour: nonsense }).space.kind).toBe('srgb');
  });
});
