export { GraphBuilder } from './builder.js';
export { check } from './check.js';
export { type Aval, broadcastShapes, convOutputSize, infer, ShapeError } from './infer.js';
export * from './ir.js';
export { print } from './print.js';
export { keep, rewrite, rewriteOutputs, type Site } from './rewrite.js';
export { usersOf } from './users.js';
