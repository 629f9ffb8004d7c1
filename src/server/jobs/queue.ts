import { randomBytes } from 'node:crypto';
import { usesChanged } from '../store/photos.js';
import type { Draft, Reading } from '../store/tables.js';
import { bytesChanged } from '../store/usage.js';
import { newDelivery } from '../webhooks/delivery.js';
import {
  again,
  begun,
  cancelled,
  type Failed,
  failed,
  finished,
  givenBack,
  type Item,
  type ItemResult,
  type ItemSource,
  newItem,
  recovered,
  type Waiting,
  type Working,
} from './item.js';
import { type Job, moved, NO_ITEMS, openOf, stateOf } from './job.js';
import { shownJob } from './shown.js';

/** What is asked for with a job. */
export interface JobOrder extends Pick<Job, 'name' | 'owner' | 'edits'> {
  readonly photos: readonly { readonly name: string; readonly source: ItemSource }[];
  readonly webhook?: { readonly url: string };
  readonly idempotency?: { readonly key: string; readonly body: string };
}

/** When something happens, and how long what has ended is kept. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds. */
  readonly keep: number;
}

/** How far a job's revision jumps at a start, so that what was told before a crash and is not kept has no number that is given again. */
const REVISION_GAP = 1_000_000;

/** A name that sorts by time, and that nobody guesses. */
export const newId = (now: number): string =>
  `${now.toString(36).padStart(9, '0')}${randomBytes(10).toString('hex')}`;

/** Puts an item where it is looked for. */
export const itemAdded = (draft: Draft, job: string, item: Item): void => {
  draft.put('items', [job, item.number], item);
  draft.put('states', [job, item.state, item.number], true);
  if (item.state === 'waiting') draft.put('waiting', [job, item.interrupted, item.number], true);
  if (item.state === 'working') draft.put('working', [job, item.number], true);
  if (item.revision > 0) draft.put('changes', [job, item.revision], item.number);
};

/** Takes an item away from where it is looked for. */
export const itemTaken = (draft: Draft, job: string, item: Item): void => {
  draft.remove('items', job, item.number);
  draft.remove('states', job, item.state, item.number);
  if (item.state === 'waiting') draft.remove('waiting', job, item.interrupted, item.number);
  if (item.state === 'working') draft.remove('working', job, item.number);
  if (item.revision > 0) draft.remove('changes', job, item.revision);
};

/** An item goes into another state; gives the job with that counted, which is not yet put back. */
const itemMoved = (draft: Draft, job: Job, from: Item, to: Item): Job => {
  const revision = job.revision + 1;
  const bytes = bytesOf(to) - bytesOf(from);
  bytesChanged(draft, bytes);
  itemTaken(draft, job.id, from);
  itemAdded(draft, job.id, { ...to, revision });
  return {
    ...job,
    revision,
    counts: moved(job.counts, from.state, to.state),
    bytes: job.bytes + bytes,
  };
};

const bytesOf = (item: Item): number => (item.state === 'done' ? item.result.bytes : 0);

/** Puts a job back; where its last item was settled, it has ended, which its webhook is told. */
export const jobKept = (draft: Draft, job: Job, { now, keep }: Clock): Job => {
  if (openOf(job.counts) > 0 || job.ended !== undefined) {
    draft.put('jobs', [job.id], job);
    return job;
  }
  const ended: Job = { ...job, ended: now, expires: now + keep };
  draft.put('jobs', [job.id], ended);
  draft.put('expiries', [now + keep, 'job', job.id], true);
  if (job.webhook !== undefined) {
    const id = `msg_${newId(now)}`;
    const payload = JSON.stringify({
      type: `job.${stateOf(ended)}`,
      timestamp: new Date(now).toISOString(),
      data: shownJob(ended),
    });
    const delivery = newDelivery({
      id,
      job: job.id,
      owner: job.owner,
      url: job.webhook.url,
      payload,
      created: now,
    });
    draft.put('deliveries', [job.id, id], delivery);
    draft.put('due', [delivery.at, job.id, id], true);
  }
  return ended;
};

/** Makes a job of at least one photo. Photos of the store are held for it until it is removed. */
export const createJob = (draft: Draft, order: JobOrder, { now }: Clock): Job => {
  const { photos, idempotency, ...rest } = order;
  const job: Job = {
    ...rest,
    id: newId(now),
    created: now,
    counts: { ...NO_ITEMS, waiting: photos.length },
    revision: 0,
    isCancelled: false,
    bytes: 0,
    ...(idempotency === undefined ? {} : { idempotency: idempotency.key }),
  };
  draft.put('jobs', [job.id], job);
  photos.forEach(({ name, source }, i) => {
    itemAdded(draft, job.id, newItem(i + 1, name, source));
    if (source.kind === 'photo') usesChanged(draft, source.id, 1);
  });
  if (idempotency !== undefined)
    draft.put('keys', [job.owner, idempotency.key], { body: idempotency.body, job: job.id });
  return job;
};

/** An item to work on, with its job. */
export interface Task {
  readonly job: Job;
  readonly item: Working;
}

/**
 * The next item to work on: of the job behind the one that was served last, in the order of their making and round again; within a
 * job in the order of its photos, those first at which the server ended least often. Undefined when none waits.
 */
export const takeNext = (draft: Draft, served: string, clock: Clock): Task | undefined => {
  for (;;) {
    const [next = [...draft.range('waiting', { limit: 1 })][0]] = draft.range('waiting', {
      after: [served],
      limit: 1,
    });
    if (next === undefined) return undefined;
    const [id, , number] = next.key;
    const [job, item] = [draft.get('jobs', id), draft.get('items', id, number)];
    if (job !== undefined && item?.state === 'waiting') return taken(draft, job, item, clock);
    // Its record is damaged, which a start puts in order; others go on.
    draft.remove('waiting', ...next.key);
  }
};

const taken = (draft: Draft, job: Job, item: Waiting, clock: Clock): Task => {
  const working = begun(item, clock.now);
  const kept = jobKept(
    draft,
    { ...itemMoved(draft, job, item, working), started: job.started ?? clock.now },
    clock,
  );
  return { job: kept, item: working };
};

/** What became of the work on an item. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: ItemResult }
  | { readonly kind: 'failed'; readonly problem: Failed['problem'] }
  | { readonly kind: 'given-back' };

const settled = (item: Working, outcome: Outcome, now: number): Item => {
  switch (outcome.kind) {
    case 'done':
      return finished(item, outcome.result, now);
    case 'failed':
      return failed(item, outcome.problem, now);
    case 'given-back':
      return givenBack(item);
  }
};

/**
 * Writes down what became of an item. Gives false, and changes nothing, where it is not what is worked on any more: it was
 * cancelled, its job removed, or it is worked on again.
 */
export const settle = (
  draft: Draft,
  { job: { id }, item: { number, attempts } }: Task,
  outcome: Outcome,
  clock: Clock,
): boolean => {
  const [job, item] = [draft.get('jobs', id), draft.get('items', id, number)];
  if (job === undefined || item?.state !== 'working' || item.attempts !== attempts) return false;
  jobKept(draft, itemMoved(draft, job, item, settled(item, outcome, clock.now)), clock);
  return true;
};

const inStates = <S extends Item['state']>(
  reading: Reading,
  job: string,
  ...states: readonly S[]
): readonly Extract<Item, { state: S }>[] =>
  states.flatMap((state) =>
    [...reading.range('states', { within: [job, state] })].flatMap(({ key: [, , number] }) => {
      const item = reading.get('items', job, number);
      return item?.state === state ? [item as Extract<Item, { state: S }>] : [];
    }),
  );

/** Cancels what is not settled; a job that has ended stays as it is. */
export const cancelJob = (draft: Draft, job: Job, clock: Clock): Job => {
  if (openOf(job.counts) === 0) return job;
  const items = inStates(draft, job.id, 'waiting', 'working');
  const after = items.reduce((at: Job, item) => itemMoved(draft, at, item, cancelled(item, clock.now)), job);
  return jobKept(draft, { ...after, isCancelled: true }, clock);
};

/** Lets the failed items of a job that was not cancelled wait again; gives their number. */
export const retryJob = (draft: Draft, job: Job): number => {
  const items = inStates(draft, job.id, 'failed');
  const after = items.reduce((at: Job, item) => itemMoved(draft, at, item, again(item)), job);
  if (items.length === 0) return 0;
  if (job.expires !== undefined) draft.remove('expiries', job.expires, 'job', job.id);
  const { ended: _, expires: __, ...open } = after;
  draft.put('jobs', [job.id], open);
  return items.length;
};

/** Removes a job and all that belongs to it; gives the photos whose files nobody needs any more. */
export const removeJob = (draft: Draft, job: Job): readonly string[] => {
  const photos: string[] = [];
  for (const { value: item } of [...draft.range('items', { within: [job.id] })]) {
    itemTaken(draft, job.id, item);
    if (item.state === 'done') draft.remove('receipts', item.result.receipt);
    if (item.source.kind === 'photo') {
      const gone = usesChanged(draft, item.source.id, -1);
      if (gone !== undefined) photos.push(gone);
    }
  }
  for (const { key, value } of [...draft.range('deliveries', { within: [job.id] })]) {
    draft.remove('deliveries', ...key);
    if (value.state === 'due') draft.remove('due', value.at, ...key);
  }
  if (job.expires !== undefined) draft.remove('expiries', job.expires, 'job', job.id);
  if (job.idempotency !== undefined) draft.remove('keys', job.owner, job.idempotency);
  bytesChanged(draft, -job.bytes);
  draft.remove('jobs', job.id);
  return photos;
};

/**
 * After a start: what was being worked on when the server ended waits again, and all open jobs skip some revisions. Gives the number
 * of items.
 */
export const recoverJobs = (draft: Draft, clock: Clock): number => {
  const left = [...draft.range('working')].map(({ key }) => key);
  for (const { value: job } of [...draft.range('jobs')])
    if (openOf(job.counts) > 0)
      draft.put('jobs', [job.id], { ...job, revision: job.revision + REVISION_GAP });
  for (const [id, number] of left) {
    const [job, item] = [draft.get('jobs', id), draft.get('items', id, number)];
    if (job !== undefined && item?.state === 'working')
      jobKept(draft, itemMoved(draft, job, item, recovered(item, clock.now)), clock);
  }
  return left.length;
};
