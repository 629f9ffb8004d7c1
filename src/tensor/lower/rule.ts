import type { GraphBuilder, NodeId } from '../graph/index.js';

/** One call of a tfjs kernel, seen by its lowering rule. */
export interface Call<Attrs> {
  /** The graph being built. */
  readonly b: GraphBuilder;
  /** Operands by the names that tfjs gives them, as in `x`, `filter`, `bias`. */
  readonly on: Readonly<Record<string, NodeId>>;
  /** Operands in order, for kernels that take a list. */
  readonly list: readonly NodeId[];
  readonly attrs: Attrs;
}

/** How a tfjs kernel is written in the graph's own operators: the result's node, or one for each result. */
export type Rule<Attrs> = (call: Call<Attrs>) => NodeId | readonly NodeId[];

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
