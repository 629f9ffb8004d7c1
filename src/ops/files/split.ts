import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { bytesFrom, openToRead } from '../../disk/regular.js';
import { type Listed, listFiles } from './list.js';

/** How files are parted into those that are learned from and those that are kept apart. */
export interface Split {
  /** Of so many files one is kept apart; 0 for none. */
  readonly every: number;
  readonly give: 'training' | 'validation';
  /** The folder whose files of the same names decide. */
  readonly by: string | undefined;
}

/** Files that are kept apart at least, where no more than half of them would be. */
const LEAST = 2;

/** Bytes of a file that it is known by, with its size: the same bytes are the same file, and headers alone are not read so far. */
const KNOWN_BY = 1 << 18;

/** Files that are read side by side. */
const AT_ONCE = 16;

/** Which number of 0..1 a file has by its content; by its name where it cannot be read, which is said when it is. */
const placeOf = async (path: string): Promise<number> => {
  const hash = createHash('sha256');
  try {
    const file = await openToRead(path);
    try {
      const { size } = await file.stat();
      hash.update(`${size} `).update(await bytesFrom(file, 0, Math.min(size, KNOWN_BY)));
    } finally {
      await file.close();
    }
  } catch {
    hash.update(path);
  }
  return hash.digest().readUIntBE(0, 6) / 2 ** 48;
};

/** Path below a folder, without the extension: what two files of two folders have in common. */
const stem = (path: string): string => path.replace(/\.[^./]*$/, '');

/** For each path the file that decides where it belongs. */
const decidedBy = async (
  { folder, paths }: Pick<Listed, 'folder' | 'paths'>,
  by: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const others = by === undefined || by === folder ? undefined : await listFiles(by, undefined, signal);
  const known = new Map(others?.paths.map((path) => [stem(path), path]));
  return paths.map((path) => {
    const other = known.get(stem(path));
    return others === undefined || other === undefined ? join(folder, path) : join(others.folder, other);
  });
};

/**
 * The places up to which files are kept apart: those below one in `every`, two at least, half of all at most. It depends on contents
 * alone, so that a file stays where it is when others come, but for the first few of a small folder.
 */
export const bound = (places: readonly number[], every: number): number => {
  const inOrder = [...new Set(places)].sort((a, b) => a - b);
  const most = Math.floor(inOrder.length / 2);
  if (every === 0 || most === 0) return -1;
  const least = inOrder[Math.min(LEAST, most) - 1]!;
  return Math.min(inOrder[most - 1]!, Math.max(least, 1 / every));
};

/**
 * One part of a folder's files: those to learn from in the order of their paths, or those kept apart in the order of their contents, so
 * that the first few of them are some of all.
 */
export const partOf = async (
  listed: Pick<Listed, 'folder' | 'paths'>,
  { every, give, by }: Split,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  if (every === 0) return give === 'training' ? listed.paths : [];
  const deciding = await decidedBy(listed, by, signal);
  const places: number[] = [];
  for (let at = 0; at < deciding.length && !signal.aborted; at += AT_ONCE)
    places.push(...(await Promise.all(deciding.slice(at, at + AT_ONCE).map(placeOf))));
  const last = bound(places, every);
  const placed = listed.paths.map((path, i) => ({ path, place: places[i] ?? 1 }));
  if (give === 'training') return placed.filter(({ place }) => place > last).map(({ path }) => path);
  return placed
    .filter(({ place }) => place <= last)
    .sort((a, b) => a.place - b.place || (a.path < b.path ? -1 : 1))
    .map(({ path }) => path);
};
