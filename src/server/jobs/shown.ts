import { basename } from 'node:path';
import { definedOnly } from '../../ports/defined.js';
import type { Hide } from '../problems/hide.js';
import { hidden } from '../problems/problem.js';
import type { Delivery } from '../webhooks/delivery.js';
import type { Item } from './item.js';
import { type Job, stateOf, totalOf } from './job.js';

const dated = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** What a job is told with that the job itself does not hold. */
export interface JobContext {
  readonly secondsLeft?: number | undefined;
  readonly deliveries?: readonly Delivery[];
}

/** A job as the API tells it. */
export const shownJob = (job: Job, { secondsLeft, deliveries = [] }: JobContext = {}) => ({
  id: job.id,
  name: job.name,
  state: stateOf(job),
  edits: job.edits.map((edit) => ({ ...edit })),
  counts: { total: totalOf(job.counts), ...job.counts },
  bytes: job.bytes,
  created: dated(job.created),
  ...(job.started === undefined ? {} : { started: dated(job.started) }),
  ...(job.ended === undefined ? {} : { ended: dated(job.ended) }),
  ...(job.expires === undefined ? {} : { expires: dated(job.expires) }),
  ...definedOnly({ secondsLeft }),
  ...(job.webhook === undefined
    ? {}
    : { webhook: { url: job.webhook.url, deliveries: deliveries.map(shownDelivery) } }),
});

const shownDelivery = (delivery: Delivery) => ({
  id: delivery.id,
  state: delivery.state,
  tries: delivery.tries,
  ...(delivery.state === 'due' ? { next: dated(delivery.at) } : {}),
  last: delivery.last.map(({ at, ...rest }) => ({ at: dated(at), ...rest })),
});

/** An item as the API tells it: its path is that below the folder that the operator allowed. */
export const shownItem = (item: Item, hide: Hide) => ({
  number: item.number,
  name: item.name,
  state: item.state,
  attempts: item.attempts,
  ...(item.source.kind === 'photo' ? { photo: item.source.id } : {}),
  ...(item.source.kind === 'path' ? { path: item.source.shown ?? basename(item.source.path) } : {}),
  ...(item.source.kind === 'url' ? { url: item.source.url } : {}),
  ...(item.state === 'done'
    ? {
        milliseconds: item.result.milliseconds,
        result: {
          bytes: item.result.bytes,
          type: item.result.type,
          digest: item.result.digest,
          width: item.result.width,
          height: item.result.height,
          receipt: item.result.receipt,
          warnings: item.result.warnings.map(hidden(hide)),
        },
      }
    : {}),
  ...(item.state === 'failed' ? { problem: item.problem.map(hidden(hide)) } : {}),
});
