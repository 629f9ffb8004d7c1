import { decode } from './decode/index.js';
import { encode } from './encode/index.js';
import { files } from './files/index.js';
import type { Operator } from './operator.js';
import { save } from './save/index.js';

/** The operators that a pipeline can name. */
export type Registry = ReadonlyMap<string, Operator>;

/** A registry of what `defineOp` and `defineJoin` gave. */
export const registryOf = (ops: readonly { readonly operator: Operator }[]): Registry =>
  new Map(ops.map(({ operator }) => [operator.name, operator]));

/**
 * The operators that come with Prismflow. Their modules are light: what takes long to load (tfjs, sharp, ONNX Runtime)
 * is loaded when an item arrives.
 */
export const builtIn: Registry = registryOf([files, decode, encode, save]);
