import type { Operator } from './operator.js';

/** The operators that a pipeline can name. */
export type Registry = ReadonlyMap<string, Operator>;

/** A registry of what `defineOp` and `defineJoin` gave. */
export const registryOf = (ops: readonly { readonly operator: Operator }[]): Registry =>
  new Map(ops.map(({ operator }) => [operator.name, operator]));

/**
 * The operators that come with Prismflow. Their modules are light: what takes long to load (tfjs, sharp, ONNX Runtime)
 * is loaded when an item arrives.
 */
export const builtIn: Registry = registryOf([]);
