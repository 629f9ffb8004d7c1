import { lstat, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Diagnostic, DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { isBelow } from '../../disk/below.js';
import { onDisk } from '../../disk/names.js';
import { listFiles } from '../../ops/files/list.js';

/** A file below one of the folders. */
export interface Found {
  readonly path: string;
  /** Its path from that folder. */
  readonly shown: string;
}

/** Folders below which clients may name photos. */
export interface Roots {
  /**
   * The photos that a path names: itself, or the pictures in it and below where it is a folder, in the order of their names. Errors:
   * `job/path-outside`, `job/paths-not-allowed`, `image/not-found`, `job/no-photos`.
   */
  readonly photosOf: (path: string, signal: AbortSignal) => TE.TaskEither<Diagnostics, readonly Found[]>;
  /** Where a file really lies, looked at again; it is below a root, links followed. Errors: as above, of what it is shown as. */
  readonly locate: (path: string, shown: string) => TE.TaskEither<Diagnostics, string>;
  /** Where a folder really lies; it is below a root, links followed. Errors: as above. */
  readonly folderAt: (path: string) => TE.TaskEither<Diagnostics, string>;
  /** The folders as the operator named them. */
  readonly tops: readonly string[];
}

// The same for what is not there and for what may not be looked at: nobody learns what lies elsewhere.
const outside = (path: string): DiagnosticError =>
  new DiagnosticError([
    failure('job/path-outside', `${path} is not below a folder from which photos are taken.`),
  ]);

const orThrown = (thrown: unknown): Diagnostics => {
  if (thrown instanceof DiagnosticError) return thrown.diagnostics;
  throw thrown;
};

/** Folders as the operator named them; those that are not there yet are looked for each time. */
export const rootsOf = (folders: readonly string[]): Roots => {
  const tops = async (): Promise<readonly string[]> =>
    (await Promise.all(folders.map((folder) => realpath(folder).catch(() => [])))).flat();
  const real = async (path: string, shown = path): Promise<string> => {
    if (folders.length === 0)
      throw new DiagnosticError([
        failure('job/paths-not-allowed', `\`${shown}\` is a path on the server, which takes none.`),
      ]);
    if (path.includes('\0')) throw outside(shown);
    const named = folders
      .map((folder) => ({ folder, file: isAbsolute(path) ? resolve(path) : join(folder, path) }))
      .filter(({ folder, file }) => isBelow(folder, file));
    if (named.length === 0) throw outside(shown);
    for (const { file } of named) {
      const found = await realpath(onDisk(file), 'utf8').catch(() => undefined);
      if (found === undefined) continue;
      if ((await tops()).some((top) => isBelow(top, found))) return found;
      throw outside(shown);
    }
    throw new DiagnosticError([failure('image/not-found', `There is no ${shown}.`)]);
  };
  /** Where a file or a folder really lies. @param refused what there is to say where the other stands there */
  const locatedAs = async (
    kind: 'isFile' | 'isDirectory',
    refused: Diagnostic,
    path: string,
    shown = path,
  ): Promise<string> => {
    const found = await real(path, shown);
    const stats = await lstat(onDisk(found)).catch(() => undefined);
    if (stats?.[kind]() !== true) throw new DiagnosticError([refused]);
    return found;
  };
  const locate = (path: string, shown: string): Promise<string> =>
    locatedAs('isFile', failure('image/not-a-file', `${shown} is no file any more.`), path, shown);
  const folderAt = (path: string): Promise<string> =>
    locatedAs('isDirectory', failure('image/not-found', `${path} is no folder.`), path);
  return {
    tops: folders,
    folderAt: (path) => TE.tryCatch(() => folderAt(path), orThrown),
    photosOf: (path, signal) =>
      TE.tryCatch(async () => {
        const found = await real(path);
        const { folder, paths } = await listFiles(found, undefined, signal);
        if (paths.length === 0)
          throw new DiagnosticError([failure('job/no-photos', `There is no photo in ${path}.`)]);
        const above = await tops();
        return paths.map((each) => {
          const file = join(folder, each);
          const top = above.find((one) => isBelow(one, file));
          return {
            path: file,
            shown: top === undefined ? basename(file) : relative(top, file).replaceAll('\\', '/'),
          };
        });
      }, orThrown),
    locate: (path, shown) => TE.tryCatch(() => locate(path, shown), orThrown),
  };
};
