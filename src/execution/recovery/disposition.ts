import * as E from 'fp-ts/lib/Either.js';
import { dispositionOf, isRetriedAtSink } from '../../diagnostics/index.js';
import type { ItemFailure } from '../../ports/index.js';

/** True when the failure would come again with the same photo and pipeline. */
export const isPermanent = ({ diagnostics }: ItemFailure): boolean =>
  diagnostics.every(({ code }) => dispositionOf(code) === 'permanent');

/** True for a failure of this code that is recorded and stands: versions before recorded some that say nothing of the photo. */
export const stands = (code: string): boolean => dispositionOf(code) === 'permanent';

/** True when every further item would fail in the same way. */
export const isFatal = ({ diagnostics }: ItemFailure): boolean =>
  diagnostics.some(({ code }) => dispositionOf(code) === 'fatal');

/** True for what was stopped by the user before it was finished. */
export const isCancelled = (worked: E.Either<ItemFailure, unknown>): boolean =>
  E.isLeft(worked) && worked.left.diagnostics.some(({ code }) => code === 'run/cancelled');

/** True when no result can be written for now, whichever it is. */
export const isDestinationFailure = ({ operator, diagnostics }: ItemFailure, sink: string): boolean =>
  operator === sink && diagnostics.some(({ code }) => isRetriedAtSink(code));

/** How long to wait before trying again, in milliseconds: longer every time, up to half a minute. */
export const pauseBefore = (attempt: number): number => Math.min(30_000, 500 * 2 ** Math.min(attempt, 10));
