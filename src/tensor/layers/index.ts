export { batchNorm, type Statistics } from './batch-norm.js';
export { gelu } from './gelu.js';
export { instanceNorm } from './instance-norm.js';
export { layerNorm } from './layer-norm.js';
export { type Border, type PadMode, pad2d } from './pad2d.js';
export { pixelShuffle, pixelUnshuffle, spaceToDepth } from './pixel-shuffle.js';
export { type ResizeOptions, resize2d } from './resize2d.js';
