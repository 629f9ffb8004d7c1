import { type Dialect, standardOnnx } from '../emit/index.js';
import type { Provider } from './protocol.js';

/** What each execution provider takes beyond standard ONNX; total over the providers. */
const dialects: Readonly<Record<Provider, Dialect>> = {
  cpu: { ...standardOnnx, contrib: true, residentBytes: 1 << 16 },
  // Feeding a large constant to a GPU would carry it there at every run.
  cuda: { ...standardOnnx, contrib: true },
  // ONNX Runtime 1.30 has these wrong there: slices that walk backwards, transposed convolutions in groups, dilated or
  // beyond their window, and borders of convolutions whose window is as large as the picture, or one pixel.
  webgpu: {
    ...standardOnnx,
    poolPositions: false,
    borderedProducts: false,
    transposedConvolutions: false,
    backwardSlices: false,
  },
  dml: standardOnnx,
  coreml: standardOnnx,
};

export const dialectOf = (provider: Provider): Dialect => dialects[provider];
