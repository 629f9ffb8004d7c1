import { type Dialect, standardOnnx } from '../emit/index.js';
import type { Provider } from './protocol.js';

/** What each execution provider takes beyond standard ONNX; total over the providers. */
const dialects: Readonly<Record<Provider, Dialect>> = {
  cpu: { ...standardOnnx, contrib: true, externalInitialiserBytes: 1 << 16 },
  // Feeding a large constant to a GPU would carry it there at every run.
  cuda: { ...standardOnnx, contrib: true },
  // ONNX Runtime 1.30 has these wrong there: slices that walk backwards, transposed convolutions in groups, dilated or
  // beyond their window, borders of convolutions whose window is as large as the picture, or one pixel, and powers where an
  // operand repeats the other's last axis, of a multiple of four.
  webgpu: {
    ...standardOnnx,
    poolPositions: false,
    borderedProducts: false,
    transposedConvolutions: false,
    backwardSlices: false,
    repeatedPowers: false,
  },
  dml: standardOnnx,
  coreml: standardOnnx,
};

export const dialectOf = (provider: Provider): Dialect => dialects[provider];
