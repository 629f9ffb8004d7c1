import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { DiagnosticError, type Diagnostics, failure } from '../../diagnostics/index.js';
import { isBelow } from '../../disk/below.js';
import { pathsOf } from '../../operator/params/index.js';
import { shippedModels } from '../../pipelines/check/absolute-path.js';
import type { GraphNode } from '../../pipelines/check/graph.js';
import { definedOnly } from '../../ports/defined.js';

/**
 * Where files may be read that a receipt names. A receipt comes with a photo or a folder, from anybody: it is read where the
 * user points, never where it points.
 */
export interface Places {
  /** Folders, links followed. */
  readonly roots: readonly string[];
}

/** So much may a receipt name as weights. */
export const receiptLimits = { bytes: 8 * 2 ** 30, files: 10_000, depth: 32 } as const;

/** Folders as places, and the models that come with Prismflow; what is not there is none. */
export const placesOf = async (folders: readonly string[]): Promise<Places> => {
  const found = await Promise.all(
    [...folders, shippedModels].map((folder) =>
      realpath(folder).then(
        (root) => [root],
        () => [],
      ),
    ),
  );
  return { roots: [...new Set(found.flat())] };
};

/**
 * A path, links followed, if it lies in one of the places; undefined where it does not, or is not there. Nothing is asked of
 * the system about a path that lies elsewhere by its letters alone: it could be another machine's.
 */
export const within = async ({ roots }: Places, path: string): Promise<string | undefined> => {
  if (!roots.some((root) => isBelow(root, path))) return undefined;
  const real = await realpath(path).catch(() => undefined);
  return real !== undefined && roots.some((root) => isBelow(root, real)) ? real : undefined;
};

/** A path out of a receipt can hold anything, line ends and escape sequences included. */
export const shownPath = (path: string): string => path.replaceAll(/\p{Cc}/gu, '·');

/** The refusal of a path that a receipt names. */
export const outside = (what: string, path: string, hint?: string): Diagnostics => [
  failure(
    'receipt/outside',
    `The receipt names ${what} ${shownPath(path)}, which is not there, or not below a folder that may be read for it.`,
    definedOnly({ hint }),
  ),
];

/**
 * Holds the paths that a receipt's operators read to the places, before any is opened: they are files or folders of files,
 * no pipes and no devices, links lead nowhere else, and they are not endless. Errors: `receipt/outside`, `receipt/too-large`.
 */
export const readable =
  (places: Places, nodes: readonly GraphNode[]): TE.TaskEither<Diagnostics, void> =>
  async () => {
    const budget: Budget = { bytes: receiptLimits.bytes, files: receiptLimits.files };
    try {
      for (const { operator, written } of nodes)
        for (const { role, path, keys } of pathsOf(operator.params.shape, written)) {
          const what = `\`${[operator.name, ...keys].join('.')}\`,`;
          if (role === 'output') return E.left(outside(what, path));
          await walk(places, path, what, budget, 0);
        }
      return E.right(undefined);
    } catch (thrown) {
      if (thrown instanceof DiagnosticError) return E.left(thrown.diagnostics);
      throw thrown;
    }
  };

interface Budget {
  bytes: number;
  files: number;
}

const walk = async (
  places: Places,
  path: string,
  what: string,
  budget: Budget,
  depth: number,
): Promise<void> => {
  const real = await within(places, path);
  if (real === undefined) throw new DiagnosticError(outside(what, path));
  const stats = await stat(real);
  budget.files--;
  if (stats.isFile()) budget.bytes -= stats.size;
  else if (!stats.isDirectory())
    throw new DiagnosticError([
      failure(
        'receipt/outside',
        `The receipt names ${what} ${shownPath(path)}, which is a pipe or a device.`,
      ),
    ]);
  if (budget.files < 0 || budget.bytes < 0 || depth > receiptLimits.depth)
    throw new DiagnosticError([
      failure('receipt/too-large', `The receipt names ${what} ${shownPath(path)}, which holds too much.`),
    ]);
  if (!stats.isDirectory()) return;
  // A link to a folder is not followed further: whoever reads the folder does not either.
  for (const name of await readdir(real)) {
    const inner = join(real, name);
    if ((await lstat(inner)).isSymbolicLink() && (await within(places, inner)) === undefined)
      throw new DiagnosticError(outside(what, inner));
    if (!(await lstat(inner)).isSymbolicLink() || (await stat(inner)).isFile())
      await walk(places, inner, what, budget, depth + 1);
  }
};
