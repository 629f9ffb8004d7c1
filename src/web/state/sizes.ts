/** Which sizes of a preview are asked for: a small one at once, then one that is sharp on the screen, then the photo itself. */

/** Sizes of previews, by their long side in pixels. Few, so that caches are met. */
const SIZES = [640, 1024, 1600, 2048] as const;

/** Sizes that are asked for while dials are turned. */
const QUICK_SIZES = [320, 448, 640] as const;
const QUICK = SIZES[0];
export const TILE = 320;

/** A dial that is turned is answered within so many milliseconds, if a smaller preview can do that. */
const IN_TIME = 140;

/** The size to ask for next while dials are turned, given how long a preview of a size took. */
export const quickAfter = (size: number, milliseconds: number): number => {
  if (milliseconds > IN_TIME) return QUICK_SIZES.findLast((each) => each < size) ?? QUICK_SIZES[0];
  const larger = QUICK_SIZES.find((each) => each > size);
  // Work grows with the pixels.
  return larger !== undefined && milliseconds * (larger / size) ** 2 < IN_TIME ? larger : size;
};
/** The largest that the server makes. */
export const LARGEST = 2048;

export interface SizePlan {
  /** The first one of an edit. */
  readonly quick: number;
  readonly sharp: number;
  /** Whether only the photo edited at full size is sharp enough. */
  readonly isFull: boolean;
}

/** `needed`: the long side of the photo on the screen, in device pixels; `longest`: that of the photo itself. */
export const sizePlan = (needed: number, longest: number): SizePlan => ({
  quick: QUICK,
  sharp: SIZES.find((size) => size >= needed) ?? LARGEST,
  isFull: needed > LARGEST && longest > LARGEST,
});

/** The size at which a photo is shown before edits. */
export const viewSize = (needed: number): number => sizePlan(needed, 0).sharp;

/** What is kept of at most `most` results; the one that was used last is the last to go. */
export class Recent<A> {
  readonly #kept = new Map<string, A>();
  readonly #most: number;
  readonly #onGone: (gone: A) => void;

  constructor(most: number, onGone: (gone: A) => void) {
    this.#most = most;
    this.#onGone = onGone;
  }

  get(key: string): A | undefined {
    const found = this.#kept.get(key);
    if (found !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, found);
    }
    return found;
  }

  set(key: string, value: A): void {
    this.#kept.delete(key);
    this.#kept.set(key, value);
    for (const [oldest, gone] of this.#kept) {
      if (this.#kept.size <= this.#most) return;
      this.#kept.delete(oldest);
      this.#onGone(gone);
    }
  }
}
