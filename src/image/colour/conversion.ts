import { type Depth, type Raw, samplesOf, toDepth } from '../samples/samples.js';
import { type Curve, lightTable, rootTable } from './curves.js';
import { D50, D50_TO_SRGB, inverse, type Matrix, SRGB_TO_D50 } from './matrix.js';
import { decodeSrgb, encodeSrgb } from './srgb.js';

/**
 * Between the samples of a file and extended sRGB (float32, encoded, 0..1 inside the gamut and beyond it outside):
 * nothing is clipped on the way in, and what an edit left alone comes back to the level it had.
 */
export interface Conversion {
  /** Samples as they stand in the file to extended sRGB. */
  readonly toSrgb: (raw: Raw) => Float32Array;
  /** Extended sRGB to the samples of the file, clipped to what they can hold. */
  readonly fromSrgb: (srgb: Float32Array, depth: Depth) => Raw;
}

const maxima = { uint8: 255, uint16: 65535, float32: 65535 } as const;

// Files of integers are written as integers: a float depth is asked of light only, and stands for 16 bits elsewhere.
const newRaw = (depth: Depth, length: number): Uint8Array | Uint16Array =>
  depth === 'uint8' ? new Uint8Array(length) : new Uint16Array(length);

// Curves are tables over integers: files of floats have none.
const integers = (raw: Raw): Uint8Array | Uint16Array =>
  raw instanceof Float32Array ? (toDepth(samplesOf(raw), 'uint16') as Uint16Array) : raw;

const lazy = <A>(make: () => A): (() => A) => {
  let made: { readonly value: A } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** By three tone curves and a matrix to linear sRGB: what camera, display and working spaces are. */
export const throughMatrix = (curves: readonly [Curve, Curve, Curve], m: Matrix): Conversion => {
  // Most profiles have one curve for all three channels; its tables are then made once.
  const same = curves.every((curve) =>
    [0, 0.2, 0.5, 0.8, 1].every((x) => curve.toLight(x) === curves[0].toLight(x)),
  );
  const forEach = <A>(make: (curve: Curve) => A) =>
    lazy((): readonly [A, A, A] => {
      const first = make(curves[0]);
      return same ? [first, first, first] : [first, make(curves[1]), make(curves[2])];
    });
  const lights = {
    uint8: forEach((curve) => lightTable(curve, 255)),
    uint16: forEach((curve) => lightTable(curve, 65535)),
  };
  const inks = forEach((curve) => rootTable(curve.toSample));
  const n = inverse(m);
  return {
    toSrgb: (raw) => {
      const data = integers(raw);
      const [r, g, b] = data instanceof Uint8Array ? lights.uint8() : lights.uint16();
      const out = new Float32Array(data.length);
      for (let i = 0; i < data.length; i += 3) {
        const x = r[data[i] as number] as number;
        const y = g[data[i + 1] as number] as number;
        const z = b[data[i + 2] as number] as number;
        out[i] = encodeSrgb(m[0] * x + m[1] * y + m[2] * z);
        out[i + 1] = encodeSrgb(m[3] * x + m[4] * y + m[5] * z);
        out[i + 2] = encodeSrgb(m[6] * x + m[7] * y + m[8] * z);
      }
      return out;
    },
    fromSrgb: (srgb, depth) => {
      const [r, g, b] = inks();
      const max = maxima[depth];
      const out = newRaw(depth, srgb.length);
      for (let i = 0; i < srgb.length; i += 3) {
        const x = decodeSrgb(srgb[i] as number);
        const y = decodeSrgb(srgb[i + 1] as number);
        const z = decodeSrgb(srgb[i + 2] as number);
        out[i] = r(n[0] * x + n[1] * y + n[2] * z) * max + 0.5;
        out[i + 1] = g(n[3] * x + n[4] * y + n[5] * z) * max + 0.5;
        out[i + 2] = b(n[6] * x + n[7] * y + n[8] * z) * max + 0.5;
      }
      return out;
    },
  };
};

/** By one tone curve: grey with a profile of its own (gamma 2.2, dot gain). */
export const throughCurve = (curve: Curve): Conversion => {
  const lights = {
    uint8: lazy(() => lightTable(curve, 255)),
    uint16: lazy(() => lightTable(curve, 65535)),
  };
  const ink = lazy(() => rootTable(curve.toSample));
  return {
    toSrgb: (raw) => {
      const data = integers(raw);
      const light = data instanceof Uint8Array ? lights.uint8() : lights.uint16();
      const out = new Float32Array(data.length);
      for (let i = 0; i < data.length; i++) out[i] = encodeSrgb(light[data[i] as number] as number);
      return out;
    },
    fromSrgb: (srgb, depth) => {
      const toSample = ink();
      const max = maxima[depth];
      const out = newRaw(depth, srgb.length);
      for (let i = 0; i < srgb.length; i++) out[i] = toSample(decodeSrgb(srgb[i] as number)) * max + 0.5;
      return out;
    },
  };
};

/** Linear light with sRGB's primaries: what floating-point TIFF files hold. */
export const throughLight: Conversion = {
  toSrgb: (raw) => {
    const light = toDepth(samplesOf(raw), 'float32');
    const out = new Float32Array(light.length);
    for (let i = 0; i < light.length; i++) out[i] = encodeSrgb(light[i] as number);
    return out;
  },
  fromSrgb: (srgb, depth) => {
    const light = new Float32Array(srgb.length);
    for (let i = 0; i < srgb.length; i++) light[i] = decodeSrgb(srgb[i] as number);
    return toDepth({ depth: 'float32', data: light }, depth);
  },
};

const DELTA = 6 / 29;
const fromF = (t: number): number => (t > DELTA ? t * t * t : 3 * DELTA * DELTA * (t - 4 / 29));
const toF = (t: number): number => (t > DELTA ** 3 ? Math.cbrt(t) : t / (3 * DELTA * DELTA) + 4 / 29);

/**
 * From CIELAB under D50, the white that TIFF files mean when they name none, in TIFF's coding: lightness 0..100 over the
 * whole range, a and b as signed numbers, with eight bits of fraction in 16-bit samples.
 */
export const throughLab: Conversion = {
  toSrgb: (raw) => {
    const m = D50_TO_SRGB;
    const data = integers(raw);
    const [top, unit, range] = data instanceof Uint16Array ? [65535, 256, 65536] : [255, 1, 256];
    const signed = (v: number) => (v < range / 2 ? v : v - range) / unit;
    const out = new Float32Array(data.length);
    for (let i = 0; i < data.length; i += 3) {
      const fy = ((data[i] as number) * (100 / top) + 16) / 116;
      const x = D50[0] * fromF(fy + signed(data[i + 1] as number) / 500);
      const y = D50[1] * fromF(fy);
      const z = D50[2] * fromF(fy - signed(data[i + 2] as number) / 200);
      out[i] = encodeSrgb(m[0] * x + m[1] * y + m[2] * z);
      out[i + 1] = encodeSrgb(m[3] * x + m[4] * y + m[5] * z);
      out[i + 2] = encodeSrgb(m[6] * x + m[7] * y + m[8] * z);
    }
    return out;
  },
  fromSrgb: (srgb, depth) => {
    const n = SRGB_TO_D50;
    const [top, unit, range] = depth === 'uint8' ? [255, 1, 256] : [65535, 256, 65536];
    const code = (v: number) => {
      const whole = Math.round(Math.min(range / 2 - 1, Math.max(-range / 2, v * unit)));
      return whole < 0 ? whole + range : whole;
    };
    const out = newRaw(depth, srgb.length);
    for (let i = 0; i < srgb.length; i += 3) {
      const r = decodeSrgb(srgb[i] as number);
      const g = decodeSrgb(srgb[i + 1] as number);
      const b = decodeSrgb(srgb[i + 2] as number);
      const fx = toF((n[0] * r + n[1] * g + n[2] * b) / D50[0]);
      const fy = toF((n[3] * r + n[4] * g + n[5] * b) / D50[1]);
      const fz = toF((n[6] * r + n[7] * g + n[8] * b) / D50[2]);
      out[i] = Math.min(top, Math.max(0, (116 * fy - 16) * (top / 100) + 0.5));
      out[i + 1] = code(500 * (fx - fy));
      out[i + 2] = code(200 * (fy - fz));
    }
    return out;
  },
};
