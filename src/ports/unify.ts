import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as O from 'fp-ts/lib/Option.js';
import type { BatchPort, OneOfPort, PairPort, Port, UnpairedPort, VariablePort } from './port.js';

/** What the variables of an operator stand for at one place in a pipeline. */
export type Bindings = Readonly<Record<string, Port>>;

/** The two innermost ports that differ. */
export interface Mismatch {
  readonly expected: Port;
  readonly actual: Port;
}

/**
 * Fits the port that an operator asks for to the one it is given, and says what its variables stand for. Pipelines are
 * walked from their sources on, where every port is known; a variable in `actual` is what an operator gives of which nothing
 * is known, and fits everything.
 */
export const unify = (expected: Port, actual: Port, known: Bindings = {}): E.Either<Mismatch, Bindings> => {
  if (expected.kind === 'variable') {
    const bound = known[expected.name];
    if (bound === undefined || bound.kind === 'variable')
      return E.right({ ...known, [expected.name]: actual });
    if (actual.kind === 'variable') return E.right(known);
    return samePort(bound, actual) ? E.right(known) : E.left({ expected: bound, actual });
  }
  if (actual.kind === 'variable') return E.right(known);
  if (expected.kind === 'oneOf') {
    const fits = expected.options.map((option) => unify(option, actual, known)).find(E.isRight);
    return fits ?? E.left({ expected, actual });
  }
  if (expected.kind === 'pair' && actual.kind === 'pair')
    return pipe(
      unify(expected.from, actual.from, known),
      E.chain((bound) => unify(expected.to, actual.to, bound)),
    );
  if (expected.kind === 'unpaired' && actual.kind === 'unpaired')
    return pipe(
      unify(expected.a, actual.a, known),
      E.chain((bound) => unify(expected.b, actual.b, bound)),
    );
  if (expected.kind === 'batch' && actual.kind === 'batch') return unify(expected.of, actual.of, known);
  return expected.kind === actual.kind ? E.right(known) : E.left({ expected, actual });
};

/** Puts in the ports that variables stand for; none when one stands for nothing. */
export const substitute = (port: Port, bindings: Bindings): O.Option<Port> => {
  switch (port.kind) {
    case 'variable':
      return O.fromNullable(bindings[port.name]);
    case 'pair':
      return pipe(
        O.Do,
        O.bind('from', () => substitute(port.from, bindings)),
        O.bind('to', () => substitute(port.to, bindings)),
        O.map(({ from, to }): Port => ({ kind: 'pair', from, to })),
      );
    case 'unpaired':
      return pipe(
        O.Do,
        O.bind('a', () => substitute(port.a, bindings)),
        O.bind('b', () => substitute(port.b, bindings)),
        O.map(({ a, b }): Port => ({ kind: 'unpaired', a, b })),
      );
    case 'batch':
      return pipe(
        substitute(port.of, bindings),
        O.map((of): Port => ({ kind: 'batch', of })),
      );
    default:
      return O.some(port);
  }
};

/** True when both ports carry the same values. */
export const samePort = (a: Port, b: Port): boolean => {
  if (a.kind === 'pair' && b.kind === 'pair') return samePort(a.from, b.from) && samePort(a.to, b.to);
  if (a.kind === 'unpaired' && b.kind === 'unpaired') return samePort(a.a, b.a) && samePort(a.b, b.b);
  if (a.kind === 'batch' && b.kind === 'batch') return samePort(a.of, b.of);
  if (a.kind === 'variable' && b.kind === 'variable') return a.name === b.name;
  return a.kind === b.kind;
};

/** The same as `unify`, for the type checker: a record of what the variables stand for, or `never` on a mismatch. */
export type Unify<Expected, Actual> =
  Expected extends VariablePort<infer Name>
    ? { readonly [K in Name]: Actual }
    : Expected extends PairPort<infer From, infer To>
      ? Actual extends PairPort<infer ActualFrom, infer ActualTo>
        ? Both<Unify<From, ActualFrom>, Unify<To, ActualTo>>
        : never
      : Expected extends UnpairedPort<infer A, infer B>
        ? Actual extends UnpairedPort<infer ActualA, infer ActualB>
          ? Both<Unify<A, ActualA>, Unify<B, ActualB>>
          : never
        : Expected extends BatchPort<infer Of>
          ? Actual extends BatchPort<infer ActualOf>
            ? Unify<Of, ActualOf>
            : never
          : Expected extends OneOfPort<infer Option>
            ? UnifyAny<Option, Actual>
            : Actual extends Expected
              ? Record<never, never>
              : never;

/** What is common to the options that fit, or `never` when none does. */
type UnifyAny<Option, Actual> = Option extends unknown ? Unify<Option, Actual> : never;

type Both<A, B> = [A] extends [never] ? never : [B] extends [never] ? never : A & B;

/** The same as `substitute`, for the type checker. */
export type Substitute<P, Bound> =
  P extends VariablePort<infer Name>
    ? Name extends keyof Bound
      ? Bound[Name] extends Port
        ? Bound[Name]
        : never
      : never
    : P extends PairPort<infer From, infer To>
      ? PairPort<Substitute<From, Bound>, Substitute<To, Bound>>
      : P extends UnpairedPort<infer A, infer B>
        ? UnpairedPort<Substitute<A, Bound>, Substitute<B, Bound>>
        : P extends BatchPort<infer Of>
          ? BatchPort<Substitute<Of, Bound>>
          : P;
