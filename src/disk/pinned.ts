import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { nameOfBytes, onDisk } from './names.js';

/** A folder that is held open: what is done by this path is done in it, whatever stands under its name meanwhile. */
export interface Pinned {
  readonly path: string;
  readonly release: () => Promise<void>;
}

/** A folder by its path, whatever stands there. */
export const unheld = (folder: string): Pinned => ({ path: folder, release: async () => undefined });

/** Where Linux shows the files that this process has open; a path through one begins at what is open. */
const OPEN_FILES = '/proc/self/fd';

/** Linux's O_PATH: opens a place, for which nothing but its name is needed. */
const O_PATH = 0o10000000;

const HOLD = O_PATH | (constants.O_DIRECTORY ?? 0);

const pathOf = ({ fd }: FileHandle): string => `${OPEN_FILES}/${fd}`;

const realPathOf = async (handle: FileHandle): Promise<string> =>
  nameOfBytes(await readlink(pathOf(handle), { encoding: 'buffer' }));

/** What Linux says of a link that is to be a folder. */
const isLink = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && (thrown.code === 'ELOOP' || thrown.code === 'ENOTDIR');

const linked = (folder: string): Error =>
  Object.assign(new Error(`${folder} is behind a link`), { code: 'ELOOP' });

/**
 * Holds a folder in which, or in a folder of which, something is to be written. Rejects with ELOOP where a link stands between the two,
 * also one that was put there since it was looked for. Where the system cannot hold folders, the path itself is given.
 *
 * @param top the folder that is trusted, links on the way to it included
 */
export const pinned = async (folder: string, top: string): Promise<Pinned> => {
  if (process.platform !== 'linux') return unheld(folder);
  const above = await open(onDisk(top), HOLD);
  try {
    const realTop = await realPathOf(above).catch(() => undefined);
    // Without /proc.
    if (realTop === undefined) return unheld(folder);
    const below = relative(top, folder);
    // The folder at the top may be a link: its owner named it.
    const inner = await open(onDisk(folder), below === '' ? HOLD : HOLD | constants.O_NOFOLLOW).catch(
      (thrown: unknown) => {
        throw isLink(thrown) ? linked(folder) : thrown;
      },
    );
    const isWhereItSeems = (await realPathOf(inner)) === join(realTop, below);
    if (isWhereItSeems) return { path: pathOf(inner), release: () => inner.close() };
    await inner.close();
    throw linked(folder);
  } finally {
    await above.close();
  }
};
