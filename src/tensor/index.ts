export type { BoundaryDTypes } from './boundary.js';
export type { EngineName } from './engines.js';
export { installGradients } from './gradients/index.js';
export { type CallOptions, defaultEngine, type HostOf, type JitOptions, type Jitted, jit } from './jit.js';
export * from './layers/index.js';
export * as random from './random/index.js';
export { createEngine, type Engine } from './run/engine.js';
export { type EngineReport, fastestEngine, surveyEngines } from './run/survey.js';
/** tfjs-core, in which operators are written: the one that programs here are recorded with. */
export * as tf from './tfjs.js';
export { type AnySizeOptions, type SpecsOf, type ToOnnxOptions, toOnnx, toOnnxOfAnySize } from './to-onnx.js';
export type { TensorSpec } from './trace/record.js';
