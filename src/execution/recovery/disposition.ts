import * as E from 'fp-ts/lib/Either.js';
import type { Code } from '../../diagnostics/index.js';
import type { ItemFailure } from '../../ports/index.js';

/** Failures that say nothing about the photo: they are not held against it, and it is tried again the next time. */
const transient: ReadonlySet<Code> = new Set<Code>([
  'image/disk-full',
  'image/permission-denied',
  'image/not-found',
  'image/not-a-file',
  'image/read-failed',
  'image/write-failed',
  'image/out-of-memory',
  'image/memory-limit',
  'file/unreadable',
  'file/changing',
  'file/same-output',
  'file/outside',
  'file/over-source',
  'file/exists',
  'file/changed',
  'file/in-the-way',
  'file/reserved',
  'run/cancelled',
  'run/journal',
  'run/system-refused',
  // What an engine refuses or fails at says something of the engine.
  'tensor/compile-failed',
  'tensor/run-failed',
  'tensor/engine-lost',
  'tensor/engine-unavailable',
  'tensor/cancelled',
  'tensor/disposed',
  'model/out-of-memory',
  'model/too-slow',
]);

/** True when the failure would come again with the same photo and pipeline. */
export const isPermanent = ({ diagnostics }: ItemFailure): boolean =>
  diagnostics.every(({ code }) => !transient.has(code));

/** True for a failure of this code that is recorded and stands: versions before recorded some that say nothing of the photo. */
export const stands = (code: string): boolean => !transient.has(code as Code);

/** True for what was stopped by the user before it was finished. */
export const isCancelled = (worked: E.Either<ItemFailure, unknown>): boolean =>
  E.isLeft(worked) && worked.left.diagnostics.some(({ code }) => code === 'run/cancelled');

/** What a place where results go can lack, and get back. */
const destinationCodes: ReadonlySet<Code> = new Set<Code>([
  'image/disk-full',
  'image/permission-denied',
  'image/write-failed',
  'image/not-found',
  'run/journal',
]);

/** True when no result can be written for now, whichever it is. */
export const isDestinationFailure = ({ operator, diagnostics }: ItemFailure, sink: string): boolean =>
  operator === sink && diagnostics.some(({ code }) => destinationCodes.has(code));

/** How long to wait before trying again, in milliseconds: longer every time, up to half a minute. */
export const pauseBefore = (attempt: number): number => Math.min(30_000, 500 * 2 ** Math.min(attempt, 10));
