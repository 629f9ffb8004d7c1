import type { Port } from '../ports/index.js';
import type { Behaviour, Facts } from './behaviour.js';
import type { AnyRecordType } from './params/index.js';

/**
 * An operator as the registry and the compiler see it. Its own types are gone; `never` in every place where a value
 * goes in keeps anybody from calling it by accident: only `build/` does, once `check/` has proved that all fits.
 */
export interface Operator {
  readonly name: string;
  /** One line for `pipe ops`, without a full stop. */
  readonly about: string;
  readonly params: AnyRecordType;
  readonly input: Port;
  readonly output: Port;
  /** For joins: what each named stream must carry. Each is also a parameter that names a stream. */
  readonly streams: Readonly<Record<string, Port>>;
  readonly behaviour: Behaviour;
  readonly facts: Facts<never>;
}
