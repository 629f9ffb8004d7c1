import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adobeRgb, greyGamma22, proPhoto } from '../testing/profiles.js';
import { type Conversion, throughCurve, throughLab, throughLight, throughMatrix } from './conversion.js';
import { bt709Curve, type Curve, power, rootTable, sampled, srgbCurve } from './curves.js';
import { displayP3 } from './display-p3.js';
import { apply, D50, D50_TO_SRGB, inverse, multiply, SRGB_TO_D50 } from './matrix.js';
import { spaceOf } from './space.js';
import { decodeSrgb, encodeSrgb } from './srgb.js';

const unit = fc.double({ min: 0, max: 1, noNaN: true });

describe('matrices', () => {
  it('of sRGB under D50 are those of its published profile', () => {
    const published = [0.4361, 0.3851, 0.1431, 0.2225, 0.7169, 0.0606, 0.0139, 0.0971, 0.7141];
    SRGB_TO_D50.forEach((value, i) => {
      expect(value).toBeCloseTo(published[i] ?? 0, 3);
    });
    apply(SRGB_TO_D50, [1, 1, 1]).forEach((value, i) => {
      expect(value).toBeCloseTo(D50[i] ?? 0, 6);
    });
  });

  it('times their inverse are one', () => {
    multiply(SRGB_TO_D50, inverse(SRGB_TO_D50)).forEach((value, i) => {
      expect(value).toBeCloseTo(i % 4 === 0 ? 1 : 0, 10);
    });
  });
});

describe('curves', () => {
  const curves: Readonly<Record<string, Curve>> = {
    sRGB: srgbCurve,
    'BT.709': bt709Curve,
    'gamma 2.2': power(2.2),
    'gamma 1.8': power(1.8),
    points: sampled([0, 0.1, 0.15, 0.5, 1]),
  };

  it.each(Object.keys(curves))('%s leads there and back', (name) => {
    const curve = curves[name] as Curve;
    fc.assert(
      fc.property(unit, (sample) => {
        expect(curve.toSample(curve.toLight(sample))).toBeCloseTo(sample, 6);
      }),
    );
  });

  const smooth = Object.keys(curves).filter((name) => name !== 'points');

  it.each(smooth)('%s is followed by its table to a fifteenth of a 16-bit level', (name) => {
    const curve = curves[name] as Curve;
    const table = rootTable(curve.toSample);
    fc.assert(
      fc.property(fc.double({ min: 1e-5, max: 1, noNaN: true }), (light) => {
        expect(Math.abs(table(light) - curve.toSample(light))).toBeLessThan(1e-6);
      }),
      { numRuns: 2000 },
    );
    expect([table(-1), table(Number.NaN)]).toEqual([0, 0]);
    expect(table(2)).toBeCloseTo(1, 12);
  });

  it('that fall somewhere are taken as flat there', () => {
    const dented = sampled([0, 0.5, 0.4, 1]);
    expect(dented.toLight(2 / 3)).toBe(0.5);
    expect(dented.toSample(1)).toBe(1);
  });
});

describe('extended sRGB', () => {
  it('is the curve of the standard inside the gamut', () => {
    fc.assert(
      fc.property(unit, (light) => {
        const exact = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
        expect(Math.abs(encodeSrgb(light) - exact)).toBeLessThan(2e-6);
      }),
      { numRuns: 1000 },
    );
  });

  it('goes on outside it, symmetric about zero, and leads back', () => {
    fc.assert(
      fc.property(fc.double({ min: -4, max: 4, noNaN: true }), (light) => {
        expect(encodeSrgb(-light)).toBeCloseTo(-encodeSrgb(light), 12);
        expect(decodeSrgb(encodeSrgb(light))).toBeCloseTo(light, 5);
      }),
      { numRuns: 1000 },
    );
    expect(encodeSrgb(1.5)).toBeGreaterThan(1.1);
  });
});

const every = (levels: number): readonly number[] => Array.from({ length: levels }, (_, i) => i);

const conversionOf = (icc: Uint8Array, model: 'rgb' | 'grey' = 'rgb'): Conversion => {
  const { space } = spaceOf({ model, icc });
  if (space.kind !== 'converted') throw new Error(`The profile is ${space.kind}.`);
  return space.conversion;
};

const conversions: Readonly<Record<string, Conversion>> = {
  'Display P3': displayP3,
  'Adobe RGB': conversionOf(adobeRgb),
  ProPhoto: conversionOf(proPhoto),
  CIELAB: throughLab,
};

const rgb8 = fc
  .uint8Array({ minLength: 3, maxLength: 300 })
  .map((data) => data.subarray(0, data.length - (data.length % 3)));
const rgb16 = fc
  .uint16Array({ minLength: 3, maxLength: 300 })
  .map((data) => data.subarray(0, data.length - (data.length % 3)));

describe('conversions', () => {
  it.each(Object.keys(conversions))('%s: every 8-bit colour comes back exactly', (name) => {
    const { toSrgb, fromSrgb } = conversions[name] as Conversion;
    fc.assert(
      fc.property(rgb8, (data) => {
        expect(fromSrgb(toSrgb(data), 'uint8')).toEqual(data);
      }),
    );
  });

  it.each(['Display P3', 'Adobe RGB', 'CIELAB'])('%s: 16-bit colours come back within two levels', (name) => {
    const { toSrgb, fromSrgb } = conversions[name] as Conversion;
    fc.assert(
      fc.property(rgb16, (data) => {
        const back = fromSrgb(toSrgb(data), 'uint16');
        back.forEach((value, i) => {
          const difference = Math.abs(value - (data[i] as number));
          // CIELAB's signed numbers wrap round; near black a gamma curve stretches a float's last bit.
          if ((data[i] as number) > 2000)
            expect(Math.min(difference, 65536 - difference)).toBeLessThanOrEqual(2);
        });
      }),
    );
  });

  it('greys stay grey, and white stays white', () => {
    for (const name of ['Display P3', 'Adobe RGB', 'ProPhoto']) {
      const { toSrgb } = conversions[name] as Conversion;
      const greys = toSrgb(Uint8Array.from(every(256).flatMap((v) => [v, v, v])));
      for (let i = 0; i < greys.length; i += 3) {
        expect(greys[i + 1]).toBeCloseTo(greys[i] as number, 5);
        expect(greys[i + 2]).toBeCloseTo(greys[i] as number, 5);
      }
      expect(greys.at(-1)).toBeCloseTo(1, 5);
    }
  });

  it('saturated colours of a wide gamut lie outside sRGB, and are kept', () => {
    const green = displayP3.toSrgb(Uint8Array.of(0, 255, 0));
    expect(green[0]).toBeCloseTo(-0.5116, 2);
    expect(green[1]).toBeCloseTo(1.0183, 2);
    expect(green[2]).toBeCloseTo(-0.3107, 2);
  });

  it('of grey and of light come back exactly', () => {
    const grey = conversionOf(greyGamma22, 'grey');
    const levels = Uint8Array.from(every(256));
    expect(grey.fromSrgb(grey.toSrgb(levels), 'uint8')).toEqual(levels);
    const light = Float32Array.of(0, 0.25, 1, 3.5, -0.25);
    throughLight.fromSrgb(throughLight.toSrgb(light), 'float32').forEach((value, i) => {
      expect(value).toBeCloseTo(light[i] as number, 5);
    });
  });

  it('of CIELAB: L* 50 is mid grey, and the axes are those of the standard', () => {
    const lab = (l: number, a: number, b: number) =>
      throughLab.toSrgb(Uint16Array.of((l * 65535) / 100, (a * 256) & 0xffff, (b * 256) & 0xffff));
    for (const value of lab(50, 0, 0)) expect(value).toBeCloseTo(0.4663, 3);
    expect(lab(50, 60, 0)[0]).toBeGreaterThan(0.7);
    expect(lab(50, -60, 0)[1]).toBeGreaterThan(0.5);
    expect(lab(50, 0, -60)[2]).toBeGreaterThan(0.7);
  });
});

it('a curve for grey and the same curves through an identity matrix agree', () => {
  const curve = power(2.2);
  const identity = throughMatrix([curve, curve, curve], multiply(D50_TO_SRGB, SRGB_TO_D50));
  const levels = Uint8Array.from(every(256));
  const grey = throughCurve(curve).toSrgb(levels);
  identity.toSrgb(Uint8Array.from([...levels].flatMap((v) => [v, v, v]))).forEach((value, i) => {
    expect(value).toBeCloseTo(grey[Math.floor(i / 3)] as number, 5);
  });
});
