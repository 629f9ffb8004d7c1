import * as E from 'fp-ts/lib/Either.js';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { megabytes } from '../../diagnostics/quantities.js';
import type { Draft, Reading } from './tables.js';

/** Bytes of all photos and results that are kept. */
export const bytesKept = (reading: Reading): number => {
  const bytes = reading.get('meta', 'bytes');
  return typeof bytes === 'number' ? bytes : 0;
};

/** Counts bytes that came or went. */
export const bytesChanged = (draft: Draft, by: number): void => {
  if (by !== 0) draft.put('meta', ['bytes'], bytesKept(draft) + by);
};

/** The room that files may take on the disk. */
export interface Room {
  readonly limit: number;
  /** Bytes that are kept, and bytes that are promised to uploads under way. */
  readonly taken: () => number;
  /**
   * Takes room for bytes that are about to be written; gives what gives it back, which is called when they are counted as kept, or were
   * given up. Error: `store/full`.
   */
  readonly take: (bytes: number) => E.Either<Diagnostics, () => void>;
}

/** Room of so many bytes for all that a store keeps. */
export const roomOf = (reading: Reading, limit: number): Room => {
  let promised = 0;
  const taken = (): number => bytesKept(reading) + promised;
  return {
    limit,
    taken,
    take: (bytes) => {
      if (taken() + bytes > limit)
        return E.left([
          failure(
            'store/full',
            `Photos and results may take ${megabytes(limit)}, ${megabytes(taken())} are taken, and this needs ${megabytes(bytes)}.`,
          ),
        ]);
      promised += bytes;
      let isHeld = true;
      return E.right(() => {
        if (isHeld) promised -= bytes;
        isHeld = false;
      });
    },
  };
};
