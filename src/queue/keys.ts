/** What all keys in Redis begin with. */
export const PREFIX = 'prismflow';

/** The queue of photos, which all runs share. */
export const PHOTOS = 'photos';

/** Seconds that what nobody asks for is kept: results that wait, dead photos, pipelines, models. */
export const KEPT_S = 7 * 86_400;

/** Seconds after which a run that nobody follows, and a worker that gives no sign of life, counts as gone. */
export const ALIVE_S = 15;

/** The job of a photo in BullMQ's own keys. */
export const jobKey = (id: string): string => `${PREFIX}:${PHOTOS}:${id}`;

/** A pipeline, by the digest of its text. */
export const pipelineKey = (digest: string): string => `${PREFIX}:pipeline:${digest}`;

/** What is known of a run. */
export const runKey = (run: string): string => `${PREFIX}:run:${run}`;

/** Is there while somebody follows a run. */
export const followerKey = (run: string): string => `${PREFIX}:follower:${run}`;

/** Is there once a run is cancelled. */
export const cancelledKey = (run: string): string => `${PREFIX}:cancelled:${run}`;

/** Why workers gave photos of a run back, by the worker. */
export const refusedKey = (run: string): string => `${PREFIX}:refused:${run}`;

/** What a worker says of itself. */
export const workerKey = (worker: string): string => `${PREFIX}:worker:${worker}`;

/** When all workers were told to end, in milliseconds since 1970 by Redis's clock. */
export const drainKey = `${PREFIX}:drain`;

/** The list of the files of weights, and one of their pieces. */
export const weightsKey = (digest: string): string => `${PREFIX}:weights:${digest}`;
export const pieceKey = (digest: string): string => `${PREFIX}:piece:${digest}`;
