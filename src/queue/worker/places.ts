import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isBelow } from '../../disk/below.js';
import { shippedModels } from '../../pipelines/check/absolute-path.js';
import type { Mapping } from './protocol.js';

/** Where a worker finds what a job names, and where it may look at all. */
export interface Places {
  /** The path here of a path there, by its letters alone. */
  readonly here: (path: string) => string;
  /**
   * A path here, links followed, if it lies below one of the folders that the operator named; undefined where it does not, or is not
   * there. Nothing is asked of the system about a path that lies elsewhere by its letters.
   */
  readonly within: (path: string) => Promise<string | undefined>;
  /** The same for what is only read to work: also models that ship, and weights that came through the queue. */
  readonly readable: (path: string) => Promise<string | undefined>;
}

/**
 * @param roots folders that may be used, as they are named here
 * @param maps names of folders there, and what they are here; the longest that fits counts
 * @param shipped where the models that ship lie there
 * @param cache where weights are kept here
 */
export const placesFor = (
  roots: readonly string[],
  maps: readonly Mapping[],
  shipped: string,
  cache: string,
): Places => {
  const all = [...maps, { from: shipped, to: shippedModels }].toSorted(
    (a, b) => b.from.length - a.from.length,
  );
  const allowed = [...roots, ...maps.map(({ to }) => to)];
  return {
    here: (path) => {
      const map = all.find(({ from }) => isBelow(from, path));
      return map === undefined ? path : join(map.to, relative(map.from, path));
    },
    within: (path) => below(allowed, path),
    readable: (path) => below([...allowed, shippedModels, cache], path),
  };
};

const below = async (folders: readonly string[], path: string): Promise<string | undefined> => {
  if (!folders.some((folder) => isBelow(folder, path))) return undefined;
  const [real, ...roots] = await Promise.all(
    [path, ...folders].map((each) => realpath(each).catch(() => undefined)),
  );
  return real !== undefined && roots.some((root) => root !== undefined && isBelow(root, real))
    ? real
    : undefined;
};
