import { sequenceS } from 'fp-ts/lib/Apply.js';
import * as E from 'fp-ts/lib/Either.js';
import type { Semigroup } from 'fp-ts/lib/Semigroup.js';
import type { Diagnostic, Diagnostics } from './diagnostic.js';

const both: Semigroup<Diagnostics> = { concat: (first, second) => [...first, ...second] };

/** Combines results so that the diagnostics of all are kept, where `E.Monad` stops at the first. */
export const accumulating = E.getApplicativeValidation(both);

/** All results, or the diagnostics of all that failed. */
export const all = <A>(results: readonly E.Either<Diagnostics, A>[]): E.Either<Diagnostics, readonly A[]> => {
  const diagnostics = results.flatMap((result) => (E.isLeft(result) ? result.left : []));
  return fromDiagnostics(
    diagnostics,
    results.flatMap((result) => (E.isRight(result) ? [result.right] : [])),
  );
};

/** A record of all results, or the diagnostics of all that failed. */
export const struct = sequenceS(accumulating);

/** The value, unless there are diagnostics. */
export const fromDiagnostics = <A>(
  diagnostics: readonly Diagnostic[],
  value: A,
): E.Either<Diagnostics, A> => {
  const [first, ...rest] = diagnostics;
  return first === undefined ? E.right(value) : E.left([first, ...rest]);
};
