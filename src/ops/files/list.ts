import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DiagnosticError, failure } from '../../diagnostics/index.js';
import type { FileRef } from '../../ports/index.js';

/** A file, and its path below the folder with forward slashes. */
export interface Listed {
  readonly below: string;
  readonly file: FileRef;
}

/**
 * The files of a folder that fit one of the patterns, in the order of their paths; of a file, that file. Hidden files
 * and folders are left out, upper and lower case are the same.
 */
export const listFiles = async (
  path: string,
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<readonly Listed[]> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) throw new DiagnosticError([failure('file/missing', `There is no ${path}.`)]);
  if (!stats.isDirectory())
    return [{ below: basename(path), file: { path: join(dirname(path), basename(path)) } }];
  const { glob } = await import('tinyglobby');
  const found = await glob([...patterns], {
    cwd: path,
    dot: false,
    onlyFiles: true,
    expandDirectories: false,
    caseSensitiveMatch: false,
    followSymbolicLinks: false,
    signal,
  });
  // By code units: the same order on every machine, whatever its language.
  return found.sort().map((below) => ({ below, file: { path: join(path, below) } }));
};
