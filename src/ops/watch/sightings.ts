import { type Look, type Sighting, sighted, signatureOf } from './settle.js';

/** What is known of the files of a folder. */
export interface Sightings {
  /** Notes how a file looks now; undefined when it is not there. */
  readonly see: (path: string, look: Look | undefined, now: number) => void;
  /** Begins to look at all of them; what it gives forgets those that were not seen since. */
  readonly sweep: () => () => void;
  /** Files that are not taken yet, those that changed last coming last. */
  readonly pending: () => Iterable<readonly [path: string, sighting: Sighting]>;
  readonly find: (path: string) => Sighting | undefined;
  /** Notes that a file does not decode as it looks. */
  readonly markUnstable: (path: string) => void;
  /** Notes that a file is taken as it looks. */
  readonly take: (path: string) => void;
}

/** @param isClockShared whether files get their times by the clock of whoever looks */
export const createSightings = (isClockShared: boolean): Sightings => {
  // Of a file that was taken one number is kept: its signature, and the sweep that it was seen in. There can be a million.
  const taken = new Map<string, number>();
  const pending = new Map<string, Pending>();
  let current = 0;
  const stamped = (signature: number): number => signature * SWEEPS + current;
  const forget = (path: string): void => {
    pending.delete(path);
    taken.delete(path);
  };
  const see: Sightings['see'] = (path, look, now) => {
    if (look === undefined) return forget(path);
    const before = pending.get(path);
    const sighting = sighted(before?.sighting, look, now, isClockShared);
    if (before !== undefined && sighting === before.sighting) {
      before.sweep = current;
      return;
    }
    const signature = signatureOf(look);
    const known = taken.get(path);
    if (known !== undefined && Math.floor(known / SWEEPS) === signature) {
      pending.delete(path);
      taken.set(path, stamped(signature));
      return;
    }
    // What is set anew comes last.
    pending.delete(path);
    pending.set(path, { sighting, sweep: current });
  };
  return {
    see,
    sweep: () => {
      current = (current + 1) % SWEEPS;
      return () => {
        for (const [path, { sweep }] of pending) if (sweep !== current) forget(path);
        for (const [path, stamp] of taken)
          if (stamp % SWEEPS !== current && !pending.has(path)) taken.delete(path);
      };
    },
    pending: function* () {
      for (const [path, { sighting }] of pending) yield [path, sighting];
    },
    find: (path) => pending.get(path)?.sighting,
    markUnstable: (path) => {
      const known = pending.get(path);
      if (known !== undefined) known.sighting = { ...known.sighting, isDoubtful: true };
    },
    take: (path) => {
      const known = pending.get(path);
      if (known === undefined) return;
      pending.delete(path);
      taken.set(path, stamped(signatureOf(known.sighting.look)));
    },
  };
};

/** A file that waits, as it was seen last, and in which sweep. */
interface Pending {
  sighting: Sighting;
  sweep: number;
}

/** Sweeps that are told apart: with signatures below 2^40, the two of them are one whole number below 2^52. */
const SWEEPS = 4096;
