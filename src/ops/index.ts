export type {
  Behaviour,
  Facts,
  OpContext,
  PictureShape,
  Resource,
  TensorInputs,
  Tf,
} from './behaviour.js';
export { defineJoin, defineOp, type JoinOp, type Op } from './define.js';
export type { Operator } from './operator.js';
export type { Random } from './random.js';
export { builtIn, type Registry, registryOf } from './registry.js';
export type { Step, Stream, Wire } from './step.js';
