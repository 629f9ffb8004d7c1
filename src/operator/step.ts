import type { NonePort, Port } from '../ports/index.js';
import type { Operator } from './operator.js';

/** An operator with its parameters, ready to stand in a pipeline: what `resize({ width: 800 })` gives. */
export interface Step<I extends Port = Port, O extends Port = Port> {
  readonly kind: 'step';
  readonly operator: Operator;
  /** Parameters as written; checked when the pipeline is compiled. */
  readonly params: unknown;
  /** The streams that it puts together or reads beside its items, by parameter. */
  readonly streams: Readonly<Record<string, Stream>>;
  readonly input: I;
  readonly output: O;
}

/** A named stream: a source for other pipelines, as in the `streams:` section of a file. */
export interface Stream<O extends Port = Port> {
  readonly kind: 'stream';
  readonly name: string;
  readonly steps: readonly Wire[];
  readonly input: NonePort;
  readonly output: O;
}

/** What can stand in a pipeline. */
export type Wire = Step | Stream;
