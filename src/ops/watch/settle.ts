import { isSame, type Look } from '../../disk/look.js';

export { isSame, type Look };

/** A file that is not taken yet. */
export interface Sighting {
  readonly look: Look;
  /** Since when it has looked like this, by the clock of whoever looks. */
  readonly since: number;
  /** Whether it was tried to decode it as it looks, without success. */
  readonly isDoubtful: boolean;
}

/** How long a file must look the same, in milliseconds. */
export interface GracePeriod {
  /** One that decodes. */
  readonly settle: number;
  /** One that does not: it may be a copy that is held up. */
  readonly patience: number;
}

/** What to do about a file: look again at a time, try whether it decodes, or take it. */
export type Step = { readonly kind: 'wait'; readonly until: number } | { readonly kind: 'try' | 'take' };

/**
 * What is known of a file after another look.
 *
 * @param isClockShared whether the times of files are by the same clock: then one that was changed long ago has been
 *   whole for as long
 */
export const sighted = (
  before: Sighting | undefined,
  look: Look,
  now: number,
  isClockShared: boolean,
): Sighting => {
  if (before !== undefined && isSame(before.look, look)) return before;
  const changed = Math.max(look.modified, look.changed);
  return { look, since: isClockShared ? Math.min(now, changed) : now, isDoubtful: false };
};

/** What to do about a file now. */
export const stepFor = (
  { look, since, isDoubtful }: Sighting,
  now: number,
  { settle, patience }: GracePeriod,
): Step => {
  const wait = isDoubtful || look.size === 0 ? patience : settle;
  if (now - since < wait) return { kind: 'wait', until: since + wait };
  return { kind: isDoubtful || look.size === 0 ? 'take' : 'try' };
};

/** A look as one number, to know a file again that was taken: different looks give different numbers, nearly always. */
export const signatureOf = ({ size, modified, changed, inode }: Look): number =>
  [size, modified * 1000, changed * 1000, inode].reduce(
    (mixed, part) => (mixed * 31 + (Math.round(part) % PRIME)) % PRIME,
    7,
  );

/** The largest prime below 2^40: products with 31 stay exact. */
const PRIME = 1_099_511_627_689;
