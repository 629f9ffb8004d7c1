import { type Conversion, throughMatrix } from './conversion.js';
import { srgbCurve } from './curves.js';
import { D50_TO_SRGB, keepingGrey, multiply, toD50 } from './matrix.js';

/** Display P3 (SMPTE RP 431-2 primaries, D65 white, sRGB's curve): the space through which libvips keeps 16 bits. */
export const displayP3: Conversion = throughMatrix(
  [srgbCurve, srgbCurve, srgbCurve],
  keepingGrey(multiply(D50_TO_SRGB, toD50([0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329]))),
);
