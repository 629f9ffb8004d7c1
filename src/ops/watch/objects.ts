import { DiagnosticError } from '../../diagnostics/index.js';
import { createLeftOut } from '../../disk/left-out.js';
import type { ObjectPlace } from '../../disk/objects/address.js';
import type { ListedObject } from '../../disk/objects/listing.js';
import { createSleeper } from './sleeper.js';

/** How objects are looked out for. */
export interface WatchedObjects {
  readonly top: ObjectPlace;
  /** Milliseconds between two listings. */
  readonly poll: number;
  /** Lists what is wanted. */
  readonly list: (
    top: ObjectPlace,
    leftOut: ReturnType<typeof createLeftOut>,
    signal: AbortSignal,
  ) => AsyncGenerator<ListedObject>;
  /** Is told that the store could not be asked, which is tried again. */
  readonly failed: (why: DiagnosticError) => void;
}

/** Milliseconds between two listings where nothing is said: each thousand objects cost a request. */
export const USUAL_POLL = 30_000;

/** Listing takes at most this share of the time. */
const LISTING_SHARE = 1 / 5;

/**
 * The objects below a place, each once, and again when it is another one. An object is whole when it is listed, so nothing is waited
 * for. Of each that is there its key and its ETag are kept.
 */
export async function* lookOutForObjects(
  { top, poll, list, failed }: WatchedObjects,
  signal: AbortSignal,
): AsyncGenerator<ListedObject> {
  let known: ReadonlyMap<string, string> = new Map();
  const sleeper = createSleeper(signal);
  try {
    while (!signal.aborted) {
      let took = 0;
      const seen = new Map<string, string>();
      const listed = list(top, createLeftOut(), signal);
      try {
        for (;;) {
          const asked = performance.now();
          const next = await listed.next();
          took += performance.now() - asked;
          if (next.done === true) break;
          const { path, tag } = next.value;
          seen.set(path, tag);
          if (known.get(path) !== tag) yield next.value;
        }
        // What is gone by now is new when it comes back.
        known = seen;
      } catch (thrown) {
        if (!(thrown instanceof DiagnosticError)) throw thrown;
        if (thrown.diagnostics.some(({ code }) => code !== 's3/unreachable')) throw thrown;
        failed(thrown);
        known = new Map([...known, ...seen]);
      }
      await sleeper.sleep(Math.max(poll, took / LISTING_SHARE));
    }
  } finally {
    sleeper.close();
  }
}
