import type { Json } from '../api/types.js';

/** What operators noted of an edit. */

type Notes = { readonly [key: string]: Json };

const isRecord = (value: Json | undefined): value is Notes =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How much the tiles of a photo differ where they meet, against the photo done in one piece. */
export interface SeamCheck {
  readonly isPassed: boolean;
  /** Levels of 255. */
  readonly difference: number;
  readonly bound: number;
}

/** The check of seams, wherever it stands among the notes; undefined where there was nothing to check: a photo in one piece. */
export const seamsOf = (notes: Json): SeamCheck | undefined => {
  if (!isRecord(notes)) return undefined;
  const { seamCheck, ...others } = notes;
  if (isRecord(seamCheck) && typeof seamCheck.difference === 'number' && typeof seamCheck.bound === 'number')
    return {
      isPassed: seamCheck.passed === true,
      difference: seamCheck.difference * 255,
      bound: seamCheck.bound * 255,
    };
  for (const value of Object.values(others)) {
    const below = seamsOf(value);
    if (below !== undefined) return below;
  }
  return undefined;
};
