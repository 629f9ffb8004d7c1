export type { KernelName } from './kernel-attrs.js';
export { UnsupportedError } from './rule.js';
export { rules } from './rules.js';
export { reasonAgainst, type UnsupportedKernel, unsupportedKernels } from './unsupported.js';
