import { type Dialect, standardOnnx } from '../emit/index.js';
import type { Provider } from './protocol.js';

/** What each execution provider takes beyond standard ONNX; total over the providers. */
const dialects: Readonly<Record<Provider, Dialect>> = {
  cpu: { contrib: true, residentBytes: 1 << 16 },
  // Feeding a large constant to a GPU would carry it there at every run.
  cuda: { ...standardOnnx, contrib: true },
  webgpu: standardOnnx,
  dml: standardOnnx,
  coreml: standardOnnx,
};

export const dialectOf = (provider: Provider): Dialect => dialects[provider];
