import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { isBelow } from '../../disk/below.js';
import { isObjectUrl, isWithinPlace, type ObjectPlace, readObjectUrl } from '../../disk/objects/address.js';
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
  /** An object, if it lies below one of the addresses that the operator named. */
  readonly object: (url: string) => ObjectPlace | undefined;
}

/**
 * @param roots folders that may be used, as they are named here, and addresses of objects
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
  const allowed = [...roots.filter((root) => !isObjectUrl(root)), ...maps.map(({ to }) => to)];
  const stores = roots.filter(isObjectUrl).flatMap((root) => {
    const place = readObjectUrl(root);
    return E.isRight(place) ? [place.right] : [];
  });
  return {
    here: (path) => {
      if (isObjectUrl(path)) return path;
      const map = all.find(({ from }) => isBelow(from, path));
      return map === undefined ? path : join(map.to, relative(map.from, path));
    },
    within: (path) => below(allowed, path),
    readable: (path) => below([...allowed, shippedModels, cache], path),
    object: (url) => {
      const place = readObjectUrl(url);
      return E.isRight(place) && stores.some((top) => isWithinPlace(top, place.right))
        ? place.right
        : undefined;
    },
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
