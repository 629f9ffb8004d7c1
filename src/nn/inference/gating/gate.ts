import type { Bounds } from '../../models/index.js';

/** What a gate decided for a picture. */
export interface Gated {
  /**
   * The root of the mean square of the change, of values 0..1: of the thumbnail where the network looks at one, else of the picture.
   * Absent where the picture was not edited at all.
   */
  readonly change?: number;
  /** Its `blockiness`, where it was left as it is for that. */
  readonly blocks?: number;
  /** How light its dark things are, where that was looked at. */
  readonly veil?: number;
  /** How much of the edit is made: 0 none, 1 all. */
  readonly share: number;
}

/** Smoothly from 0 at `below` to 1 at `above`. */
export const shareOf = ({ below, above }: Bounds, change: number): number => {
  if (change >= above) return 1;
  if (change <= below) return 0;
  const place = (change - below) / (above - below);
  return place * place * (3 - 2 * place);
};
