import type { GraphBuilder, NodeId } from '../graph/index.js';
import type { KernelAttrs, KernelName } from './kernel-attrs.js';

/** One call of a kernel, seen by its lowering rule. */
export interface Call<Attrs> {
  /** The graph being built. */
  readonly b: GraphBuilder;
  /** Operands by the names that tfjs gives them, as in `x`, `filter`, `bias`. */
  readonly on: Readonly<Record<string, NodeId>>;
  /** Operands in order, for kernels that take a list. */
  readonly list: readonly NodeId[];
  readonly attrs: Attrs;
}

/** How a kernel is written in the graph's own operators: the result's node, or one for each result. */
export type Rule<Attrs> = (call: Call<Attrs>) => NodeId | readonly NodeId[];

/** Rules by kernel, each typed with its kernel's attributes. */
export type Rules = { readonly [K in KernelName]: Rule<KernelAttrs[K]> };

/** Raised by a rule for attributes, dtypes or shapes that it has no form for; recording names kernel and operator. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError';
}

/** The operand of that name. */
export const operand = (on: Readonly<Record<string, NodeId>>, name: string): NodeId => {
  const id = on[name];
  if (id === undefined) throw new UnsupportedError(`operand '${name}' is missing`);
  return id;
};

/** The n-th operand of a kernel that takes a list. */
export const member = (list: readonly NodeId[], i: number): NodeId => {
  const id = list[i];
  if (id === undefined) throw new UnsupportedError(`operand ${i} is missing`);
  return id;
};
