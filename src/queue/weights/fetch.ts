import { dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Redis } from 'ioredis';
import { isBelow } from '../../disk/below.js';
import { digestBytes } from '../../disk/digest.js';
import { makeFolder } from '../../disk/folders.js';
import { writeAtomically } from '../../disk/write.js';
import { cacheFolder } from '../../pipelines/plugins/user-folders.js';
import { pieceKey, weightsKey } from '../keys.js';
import { MOST_RESULT, readWeightsList } from '../messages.js';
import { boundedBytes, boundedText } from '../scripts.js';
import { MOST_WEIGHTS, PIECE } from './send.js';

/** Where a worker keeps weights that came through Redis. */
export const weightsCache = (): string => join(cacheFolder(), 'weights');

/** Where weights of a digest are, or would be, in the cache: a folder that holds them, or their one file. */
export const cachedWeights = (cache: string, digest: string): string => join(cache, digest, 'weights');

/**
 * Fetches weights from Redis into the cache; false where they are not there, or are not what their digests say. Whoever uses them
 * compares the digest of the whole.
 */
export const fetchWeights = async (redis: Redis, cache: string, digest: string): Promise<boolean> => {
  const list = readWeightsList(await boundedText(redis, weightsKey(digest), MOST_RESULT));
  if (E.isLeft(list)) return false;
  const root = cachedWeights(cache, digest);
  const { isFolder, files } = list.right;
  let left = MOST_WEIGHTS;
  for (const { name, pieces } of files) {
    const path = isFolder ? join(root, name) : root;
    if (!isBelow(root, path)) return false;
    const parts: Buffer[] = [];
    for (const piece of pieces) {
      const bytes = await boundedBytes(redis, pieceKey(piece), PIECE);
      if (bytes === undefined || digestBytes(bytes) !== piece || bytes.length > left) return false;
      left -= bytes.length;
      parts.push(bytes);
    }
    await makeFolder(dirname(path));
    if (E.isLeft(await writeAtomically(path, Buffer.concat(parts))())) return false;
  }
  return files.length > 0;
};
