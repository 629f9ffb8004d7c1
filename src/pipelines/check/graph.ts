import type { Diagnostic, Span } from '../../diagnostics/index.js';
import type { CheckedParams, Operator } from '../../ops/index.js';
import type { Port } from '../../ports/index.js';
import type { PluginUse } from '../plugins.js';

/** A pipeline that makes sense: every operator known, every parameter read, every wire of one port. */
export interface Graph {
  readonly name: string;
  readonly about?: string;
  readonly seed: number;
  /** Where the queue is that its photos are worked on by, as its file says. */
  readonly on?: string;
  /** Values of the pipeline's parameters. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Every node after those that it reads. */
  readonly nodes: readonly GraphNode[];
  /** The node that gives the pipeline's results. */
  readonly result: string;
  /** Modules that operators come from which are not part of Prismflow; absent for a pipeline in code. */
  readonly plugins?: readonly PluginUse[];
  readonly warnings: readonly Diagnostic[];
}

/** An operator at its place. */
export interface GraphNode {
  /** Place in the pipeline, as in `steps[2]/crop` or `streams.hazy[1]/degrade.haze`: unique, the same in every run. */
  readonly path: string;
  readonly operator: Operator;
  /** True where the operator may come from a plugin that is not loaded: nothing is known of it, and it cannot run. */
  readonly unloaded?: true;
  /** Parameters as the operator gets them. */
  readonly params: CheckedParams;
  /** The same as they would be written out, defaults included. */
  readonly written: unknown;
  /** Places of the nodes that it reads: one called `items`, for a join one a stream, for a source none. */
  readonly reads: Readonly<Record<string, string>>;
  readonly input: Port;
  readonly output: Port;
  /** Where the operator's name stands in the file. */
  readonly span?: Span;
  /** Places of its parameters, by the keys that lead to them. */
  readonly spanOf: (path: readonly string[]) => Span | undefined;
}
