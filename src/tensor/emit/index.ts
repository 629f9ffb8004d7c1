export { type Dialect, standardOnnx } from './dialect.js';
export { emit } from './emit.js';
export { encodeModel, type OnnxModel } from './schema.js';
