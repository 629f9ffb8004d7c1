import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Redis } from 'ioredis';
import { isBelow } from '../../disk/below.js';
import { shippedModels } from '../../pipelines/check/absolute-path.js';
import type { Graph } from '../../pipelines/check/graph.js';
import { type Weights, type WeightsPlace, weightsPlaces } from '../../records/digest.js';
import { KEPT_S, pieceKey, weightsKey } from '../keys.js';
import type { WeightsList } from '../messages.js';

/** Weights of more bytes do not travel: they are copied to the workers, or lie in a folder that all see. */
export const MOST_WEIGHTS = 16 * 2 ** 20;
export const PIECE = 2 ** 20;

/** Puts small weights into Redis, where they are not there yet; those of models that ship are on every machine. */
export const sendWeights = async (redis: Redis, { nodes }: Graph, weights: Weights): Promise<void> => {
  const wanted = new Set<string>();
  for (const digest of Object.values(weights))
    if ((await redis.expire(weightsKey(digest), KEPT_S)) === 0) wanted.add(digest);
  if (wanted.size === 0) return;
  const places = await weightsPlaces(nodes)();
  if (E.isLeft(places)) return;
  for (const place of places.right) {
    const digest = weights[place.at];
    if (digest === undefined || !wanted.has(digest) || isBelow(shippedModels, place.path)) continue;
    await sendPlace(redis, digest, place);
  }
};

const sendPlace = async (redis: Redis, digest: string, { path, files }: WeightsPlace): Promise<void> => {
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  if (sizes.reduce((sum, size) => sum + size, 0) > MOST_WEIGHTS) return;
  const isFolder = !(files.length === 1 && files[0] === path);
  const list: WeightsList = { isFolder, files: [] };
  for (const [i, file] of files.entries()) {
    const pieces = await sendFile(redis, file);
    const name = isFolder ? relative(path, file).replaceAll('\\', '/') : '';
    list.files.push({ name, size: sizes[i] ?? 0, pieces });
  }
  await redis.set(weightsKey(digest), JSON.stringify(list), 'EX', KEPT_S);
};

/** Sends a file in pieces, each by its digest, and gives those. */
const sendFile = async (redis: Redis, file: string): Promise<string[]> => {
  const handle = await open(file, 'r');
  const pieces: string[] = [];
  try {
    for (;;) {
      const buffer = Buffer.allocUnsafe(PIECE);
      const { bytesRead } = await handle.read(buffer, 0, PIECE);
      if (bytesRead === 0) return pieces;
      const bytes = buffer.subarray(0, bytesRead);
      const digest = createHash('sha256').update(bytes).digest('hex');
      await redis.set(pieceKey(digest), bytes, 'EX', KEPT_S);
      pieces.push(digest);
    }
  } finally {
    await handle.close();
  }
};
