export { emit } from './emit.js';
export { type Dialect, standardOnnx } from './emitter.js';
export { encodeModel, type OnnxModel } from './schema.js';
