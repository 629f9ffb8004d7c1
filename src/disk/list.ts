import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { DiagnosticError, failure } from '../diagnostics/index.js';

/** A folder and the paths below it, with forward slashes: kept as short as can be, for there may be a million. */
export interface Listed {
  readonly folder: string;
  readonly paths: readonly string[];
}

/**
 * The files of a folder that fit one of the patterns, in the order of their paths; of a file, that file. Hidden files
 * and folders are left out, links are not followed, upper and lower case are the same.
 */
export const listFiles = async (
  path: string,
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<Listed> => {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) throw new DiagnosticError([failure('file/missing', `There is no ${path}.`)]);
  if (!stats.isDirectory()) return { folder: dirname(path), paths: [basename(path)] };
  const { glob } = await import('tinyglobby');
  const paths = await glob([...patterns], {
    cwd: path,
    dot: false,
    onlyFiles: true,
    expandDirectories: false,
    caseSensitiveMatch: false,
    followSymbolicLinks: false,
    signal,
  });
  // By code units: the same order on every machine, whatever its language.
  return { folder: path, paths: paths.sort() };
};
