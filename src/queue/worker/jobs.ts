import type { Job } from 'bullmq';
import * as E from 'fp-ts/lib/Either.js';
import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';
import { type Diagnostics, failure } from '../../diagnostics/index.js';
import { digestBytes } from '../../disk/digest.js';
import { itemOf } from '../item.js';
import { pipelineKey } from '../keys.js';
import { MOST_PIPELINE, type QueuedPhoto, type QueuedPipeline, readJob, readPipeline } from '../messages.js';
import { boundedText } from '../scripts.js';

/** The photo of a job, if it is one that a run has put there. Error: `queue/foreign`. */
export const photoIn = ({ id, data }: Pick<Job, 'id' | 'data'>): E.Either<Diagnostics, QueuedPhoto> => {
  const read = readJob(JSON.stringify(data));
  if (E.isLeft(read))
    return E.left([failure('queue/foreign', `A job of the queue is no photo: ${read.left}.`)]);
  return itemOf(read.right) === id
    ? E.right(read.right)
    : E.left([failure('queue/foreign', 'A job of the queue is not the photo that it is named after.')]);
};

/** Pipelines by their digests. */
export interface Pipelines {
  /** Errors: `queue/foreign` where it is not there, or not what its digest says. */
  readonly get: (digest: string) => Promise<E.Either<Diagnostics, QueuedPipeline>>;
}

/** Pipelines that are kept in memory. */
const MOST_KEPT = 16;

/** Fetches pipelines from Redis, each once while it is in use. */
export const createPipelines = (redis: Redis): Pipelines => {
  const kept = new LRUCache<string, QueuedPipeline>({ max: MOST_KEPT });
  return {
    get: async (digest) => {
      const known = kept.get(digest);
      if (known !== undefined) return E.right(known);
      const text = await boundedText(redis, pipelineKey(digest), 4 * MOST_PIPELINE);
      if (text === undefined)
        return E.left([
          failure('queue/foreign', `The pipeline ${digest.slice(0, 12)}… is not in the queue.`),
        ]);
      if (digestBytes(Buffer.from(text)) !== digest)
        return E.left([
          failure('queue/foreign', `The pipeline ${digest.slice(0, 12)}… is not what its digest says.`),
        ]);
      const read = readPipeline(text);
      if (E.isLeft(read))
        return E.left([
          failure('queue/foreign', `The pipeline ${digest.slice(0, 12)}… cannot be read: ${read.left}.`),
        ]);
      kept.set(digest, read.right);
      return read;
    },
  };
};
