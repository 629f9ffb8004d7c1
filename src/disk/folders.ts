import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostics, failure } from '../diagnostics/index.js';
import { onDisk } from './names.js';
import { kindOf } from './regular.js';

const codeOf = (thrown: unknown): unknown =>
  thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;

/**
 * Makes a folder and those above it that are missing. Rejects with what the system says of the one that cannot be made;
 * Node's own `recursive` says ENOENT of a read-only file system.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(onDisk(folder));
  } catch (thrown) {
    const isThere = await stat(onDisk(folder)).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (isThere) return;
    if (codeOf(thrown) === 'EEXIST')
      throw Object.assign(new Error(`${folder} is no folder`), { code: 'ENOTDIR', cause: thrown });
    if (codeOf(thrown) !== 'ENOENT' || dirname(folder) === folder) throw thrown;
    await makeFolder(dirname(folder));
    await mkdir(onDisk(folder)).catch((again: unknown) => {
      if (codeOf(again) !== 'EEXIST') throw again;
    });
  }
};

/** What stands in the way below a folder, where another one should be. */
export interface Obstacle {
  readonly path: string;
  /** As in `a link`. */
  readonly kind: string;
}

/**
 * The first of the folders between one and a file in it that is a link, which could lead anywhere, or a pipe or a device. What is
 * not there yet is no obstacle, and of a file in its place the system itself says so.
 */
export const obstacleTo = async (folder: string, file: string): Promise<Obstacle | undefined> => {
  const parts = relative(folder, dirname(file))
    .split(sep)
    .filter((part) => part !== '');
  let path = folder;
  for (const part of parts) {
    path = join(path, part);
    const stats = await lstat(onDisk(path)).catch(() => undefined);
    if (stats === undefined || stats.isFile()) return undefined;
    if (!stats.isDirectory()) return { path, kind: kindOf(stats) };
  }
  return undefined;
};

/** Refuses to write into a folder within another one where a link, a pipe or a device stands between them. Error: `file/in-the-way`. */
export const notThroughLinks = (folder: string, inner: string): TE.TaskEither<Diagnostics, void> =>
  pipe(
    TE.fromTask(() => obstacleTo(folder, join(inner, 'file'))),
    TE.chain((obstacle) =>
      obstacle === undefined
        ? TE.right(undefined)
        : TE.left<Diagnostics>([
            failure(
              'file/in-the-way',
              `${obstacle.path} is ${obstacle.kind}, not a folder, so nothing is written there.`,
            ),
          ]),
    ),
  );
