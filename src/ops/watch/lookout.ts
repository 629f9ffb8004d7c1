import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Task } from 'fp-ts/lib/Task.js';
import { onDisk } from '../../disk/names.js';
import { type Hints, listen } from './hints.js';
import { lookAt, scan } from './scan.js';
import { type GracePeriod, stepFor } from './settle.js';
import { createSightings, type Sightings } from './sightings.js';
import { createSleeper } from './sleeper.js';

/** What to look out for. */
export interface Watched extends GracePeriod {
  readonly folder: string;
  /** Whether a path below the folder is one of those that are asked for. */
  readonly isWanted: (path: string) => boolean;
  /** Milliseconds between looks at the whole folder; absent where the system tells of changes. */
  readonly poll?: number;
  /** Whether a file, whose path below the folder is given as well, holds all of what it should. */
  readonly isWhole: (file: string, path: string) => Task<boolean>;
}

/** A file that is whole, or a folder that cannot be read, each time that it is met; by the path below the folder. */
export type Sighted =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly cause: unknown };

/** Milliseconds until the whole folder is looked at again, for what the system did not tell. */
const RESCAN_MS = 30_000;
/** The same, where the folder is gone, or the system cannot tell. */
const WAIT_MS = 1000;
/** The same, when a folder was found that was not listened to: what came before is found by another look. */
const SOON_MS = 50;
/** Looking at the whole folder takes at most this share of the time. */
const SCAN_SHARE = 1 / 20;

/**
 * The files of a folder, each as soon as it is whole, and again when it has changed; and what cannot be read. Work is done only while a file is
 * asked for; meanwhile no more is kept than the names of what changed.
 */
export async function* lookOut(watched: Watched, signal: AbortSignal): AsyncGenerator<Sighted> {
  const { folder, poll } = watched;
  const sightings = createSightings(poll === undefined);
  const sleeper = createSleeper(signal);
  let hinted = new Set<string>();
  const hint = (path: string): void => {
    hinted.add(path);
    sleeper.wake();
  };
  const hints = poll === undefined ? listen(folder, hint) : undefined;
  const site: Site = { watched, sightings, hints, signal };
  let nextScan = 0;
  try {
    while (!signal.aborted) {
      const paths = hinted;
      hinted = new Set();
      const isSurprising = paths.size > 0 && (await follow(site, paths));
      if (isSurprising || performance.now() >= nextScan) {
        const around = await lookAround(site);
        nextScan = around.next;
        yield* around.unreadable;
      }
      const found = await nextStableFile(site);
      if (signal.aborted) return;
      if ('path' in found) yield { kind: 'file', path: found.path };
      else if (hinted.size === 0)
        await sleeper.sleep(Math.min(found.until - Date.now(), nextScan - performance.now()));
    }
  } finally {
    sleeper.close();
    hints?.close();
  }
}

interface Site {
  readonly watched: Watched;
  readonly sightings: Sightings;
  /** Absent where the folder is looked at every so often instead. */
  readonly hints: Hints | undefined;
  readonly signal: AbortSignal;
}

interface Around {
  /** When to look at the whole folder again, on the clock of `performance`. */
  readonly next: number;
  readonly unreadable: readonly Sighted[];
}

/** Looks at the whole folder. */
const lookAround = async ({ watched, sightings, hints, signal }: Site): Promise<Around> => {
  const { folder, isWanted, poll } = watched;
  const began = performance.now();
  const forgetOthers = sightings.sweep();
  const found = await scan(
    folder,
    isWanted,
    ({ path, look }) => sightings.see(path, look, Date.now()),
    signal,
  );
  const ended = performance.now();
  const inAWhile = (milliseconds: number): number =>
    ended + Math.max(poll ?? milliseconds, (ended - began) / SCAN_SHARE);
  const unreadable = (found?.unreadable ?? []).map((each) => ({ kind: 'unreadable', ...each }) as const);
  if (found === undefined || unreadable.some(({ path }) => path === '')) {
    // A folder that is away, such as a drive that is not mounted, takes nothing of what is known with it.
    hints?.follow([]);
    return { next: inAWhile(WAIT_MS), unreadable };
  }
  forgetOthers();
  const isNews = hints?.follow(found.folders) === true;
  const next = isNews ? ended + SOON_MS : inAWhile(hints?.isDeaf() === true ? WAIT_MS : RESCAN_MS);
  return { next, unreadable };
};

/**
 * Looks where something happened.
 * @returns true when it was about a folder: one that came, went, or is another one of the same name
 */
const follow = async (
  { watched: { folder, isWanted }, sightings, hints, signal }: Site,
  paths: ReadonlySet<string>,
): Promise<boolean> => {
  const isKnown = async (path: string): Promise<boolean> =>
    (await folderAt(join(folder, path))) === hints?.inodeOf(path);
  for (const path of paths) {
    if (signal.aborted) return false;
    if (isHidden(path)) continue;
    if (path === '') return true;
    const look = await lookAt(join(folder, path));
    if (look === undefined || isWanted(path)) sightings.see(path, look, Date.now());
    if (look === undefined && !((await isKnown(path)) && (await isKnown(parentOf(path))))) return true;
  }
  return false;
};

/** The inode of a folder; undefined when there is none of that name. */
const folderAt = (path: string): Promise<number | undefined> =>
  stat(onDisk(path)).then(
    (stats) => (stats.isDirectory() ? stats.ino : undefined),
    () => undefined,
  );

/** Takes the first file that is whole; without one it says when there may be one, on the clock of `Date`. */
const nextStableFile = async ({
  watched,
  sightings,
  signal,
}: Site): Promise<{ readonly path: string } | { readonly until: number }> => {
  let until = Number.POSITIVE_INFINITY;
  for (const [path, sighting] of sightings.pending()) {
    if (signal.aborted) break;
    const step = stepFor(sighting, Date.now(), watched);
    if (step.kind === 'wait') {
      until = Math.min(until, step.until);
      continue;
    }
    const file = join(watched.folder, path);
    sightings.see(path, await lookAt(file), Date.now());
    if (sightings.find(path) !== sighting) continue;
    if (step.kind === 'take' || (await watched.isWhole(file, path)())) {
      sightings.take(path);
      return { path };
    }
    sightings.markUnstable(path);
    // Others may be waiting for less long.
    until = Date.now();
  }
  return { until };
};

const parentOf = (path: string): string => (dirname(path) === '.' ? '' : dirname(path));

const isHidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.'));
