import { type Look, type Sighting, sighted, signatureOf } from './settle.js';

/** What is known of the files of a folder. */
export interface Sightings {
  /** Notes how a file looks now; undefined when it is not there. */
  readonly see: (path: string, look: Look | undefined, now: number) => void;
  /** Forgets all files but these. */
  readonly retain: (paths: ReadonlySet<string>) => void;
  /** Files that are not taken yet, those that changed last coming last. */
  readonly pending: () => Iterable<readonly [path: string, sighting: Sighting]>;
  readonly find: (path: string) => Sighting | undefined;
  /** Notes that a file does not decode as it looks. */
  readonly doubt: (path: string) => void;
  /** Notes that a file is taken as it looks. */
  readonly take: (path: string) => void;
}

/** @param isClockShared whether files get their times by the clock of whoever looks */
export const createSightings = (isClockShared: boolean): Sightings => {
  // Of a file that was taken one number is kept: there can be a million.
  const taken = new Map<string, number>();
  const pending = new Map<string, Sighting>();
  const see: Sightings['see'] = (path, look, now) => {
    const before = pending.get(path);
    if (look === undefined) {
      pending.delete(path);
      taken.delete(path);
      return;
    }
    const sighting = sighted(before, look, now, isClockShared);
    if (sighting === before) return;
    // What is set anew comes last.
    pending.delete(path);
    if (taken.get(path) !== signatureOf(look)) pending.set(path, sighting);
  };
  return {
    see,
    retain: (paths) => {
      for (const path of [...taken.keys(), ...pending.keys()]) if (!paths.has(path)) see(path, undefined, 0);
    },
    pending: () => pending,
    find: (path) => pending.get(path),
    doubt: (path) => {
      const sighting = pending.get(path);
      if (sighting !== undefined) pending.set(path, { ...sighting, isDoubtful: true });
    },
    take: (path) => {
      const sighting = pending.get(path);
      if (sighting === undefined) return;
      pending.delete(path);
      taken.set(path, signatureOf(sighting.look));
    },
  };
};
