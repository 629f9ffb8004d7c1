import type { Port } from '../ports/index.js';
import type { Behaviour, Facts } from './behaviour.js';
import type { CheckedParams, CheckedRecordType } from './params/index.js';
import type { AnyPart, PartKind } from './part.js';

/**
 * An operator as the registry and the compiler see it. The types of its parameters and values are gone. Its functions take only
 * parameters that a codec of the registry has read (`params.codec`); `check/` proves that what travels fits.
 */
export interface Operator {
  readonly name: string;
  /** One line for `pipe ops`, without a full stop. */
  readonly about: string;
  readonly params: CheckedRecordType;
  readonly input: Port;
  readonly output: Port;
  /** For joins: what each named stream must carry. Each is also a parameter that names a stream. */
  readonly streams: Readonly<Record<string, Port>>;
  readonly behaviour: Behaviour;
  readonly facts: Facts<CheckedParams>;
  /** Of an operator that parts of plugins can be added to, such as networks. */
  readonly extended?: Extended;
}

/** How parts are added to an operator. */
export interface Extended {
  /** The kinds of parts that it takes, each with the names that are taken already. */
  readonly takes: Readonly<Partial<Record<PartKind, readonly string[]>>>;
  /** The operator that can be told to use these as well. Parts of other kinds are passed over. */
  readonly by: (parts: readonly AnyPart[]) => Operator;
}
