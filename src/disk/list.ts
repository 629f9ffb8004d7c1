import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { DiagnosticError, failure } from '../diagnostics/index.js';
import { depthOf, type Matcher, matcherOf } from './glob.js';

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
  const deep = depthOf(patterns);
  // Only what is not hidden is asked of the library: it would make regular expressions of patterns.
  const all = await glob('**', {
    cwd: path,
    ...(deep === undefined ? {} : { deep }),
    dot: false,
    onlyFiles: true,
    expandDirectories: false,
    followSymbolicLinks: false,
    signal,
  });
  const paths = await fitting(all, matcherOf(patterns), signal);
  // By code units: the same order on every machine, whatever its language.
  return { folder: path, paths: paths.sort() };
};

/** Paths tried before others get a turn. */
const AT_ONCE = 256;

/** The paths that fit; no longer looked for once the signal aborts. */
const fitting = async (paths: readonly string[], fits: Matcher, signal: AbortSignal): Promise<string[]> => {
  const found: string[] = [];
  for (let at = 0; at < paths.length && !signal.aborted; at += AT_ONCE) {
    found.push(...paths.slice(at, at + AT_ONCE).filter(fits));
    await turn();
  }
  return found;
};
