import { type CustomKernel, install } from './custom.js';
import {
  conv2dDilatedBackpropFilter,
  conv2dDilatedBackpropInput,
  depthwiseDilatedBackpropFilter,
  depthwiseDilatedBackpropInput,
} from './dilated-convolution.js';
import { borderPad, padGradient } from './pad.js';
import { fixScatterUpdate } from './scatter-update.js';
import { spaceToDepthKernel } from './space-to-depth.js';
import { threefry } from './threefry.js';

export const customKernels: readonly CustomKernel[] = [
  borderPad,
  conv2dDilatedBackpropFilter,
  conv2dDilatedBackpropInput,
  depthwiseDilatedBackpropFilter,
  depthwiseDilatedBackpropInput,
  padGradient,
  spaceToDepthKernel,
  threefry,
];

/** Registers the kernels that tfjs lacks with one of its backends, so that it can replay every recorded program, and fixes what is broken. */
export const installKernels = (backend: string): void => {
  for (const kernel of customKernels) install(kernel, backend);
  fixScatterUpdate(backend);
};
