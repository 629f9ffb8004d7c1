export { instanceNorm } from './instance-norm.js';
export { type Border, type PadMode, pad2d } from './pad2d.js';
