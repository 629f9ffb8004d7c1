import { effect, signal } from '@preact/signals';
import * as client from '../api/client.js';
import type { Job, JobItem } from '../api/types.js';
import { isOpen, toHear } from '../state/jobs.js';
import { titleOf } from '../state/names.js';
import { texts } from '../texts.js';
import { newId } from './ids.js';
import { dispatchQueue, edits, isQueueShown, photos, queue, report } from './store.js';

/** The queue: told by the server, which holds it, so that it is there again after a reload. */

export const isStarting = signal(false);

/** Browsers keep six connections to a server at once, which previews need as well. */
const STREAMS = 2;
/** Milliseconds after which jobs are looked at that are not listened to. */
const LOOK = 5000;

const listened = new Map<string, EventSource>();

const parsed = <A>(data: unknown): A | undefined => {
  try {
    return JSON.parse(String(data)) as A;
  } catch {
    return undefined;
  }
};

/** EventSource connects again by itself, and says by `Last-Event-ID` what it heard. */
const listen = (id: string): void => {
  const source = new EventSource(client.eventsOf(id));
  listened.set(id, source);
  // Refused, or taken from us: it is asked for again when the queue is looked at next.
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) listened.delete(id);
  });
  source.addEventListener('job', ({ data }) => {
    const job = parsed<Job>(data);
    if (job !== undefined) dispatchQueue({ kind: 'job', job });
  });
  source.addEventListener('item', ({ data }) => {
    const item = parsed<JobItem>(data);
    if (item !== undefined) dispatchQueue({ kind: 'item', job: id, item });
  });
};

/**
 * Whoever listens anew is told first what was before, an end that a retry took back among it; so an end counts only when nothing follows
 * it for so many milliseconds.
 */
const PATIENCE = 1500;

const hangUp = (id: string): void => {
  if (queue.peek().jobs.some((job) => job.id === id && isOpen(job))) return;
  listened.get(id)?.close();
  if (listened.delete(id)) void fetchFailures(id);
};

const fetchFailures = async (id: string): Promise<void> => {
  const answer = await client.failures(id);
  if (answer.kind === 'given') dispatchQueue({ kind: 'failures', job: id, items: answer.value.items });
};

const look = async (): Promise<void> => {
  const answer = await client.jobs();
  if (answer.kind === 'given') dispatchQueue({ kind: 'all', jobs: answer.value.jobs });
};

export const startQueue = async (): Promise<void> => {
  effect(() => {
    const open = new Set(queue.value.jobs.filter(isOpen).map(({ id }) => id));
    const heard = toHear(queue.value, STREAMS);
    for (const id of heard) if (!listened.has(id)) listen(id);
    for (const id of listened.keys()) if (!open.has(id)) setTimeout(() => hangUp(id), PATIENCE);
  });
  setInterval(() => {
    if (queue.value.jobs.some((job) => isOpen(job) && !listened.has(job.id))) void look();
  }, LOOK);
  const answer = await client.jobs();
  if (answer.kind !== 'given') return;
  dispatchQueue({ kind: 'all', jobs: answer.value.jobs });
  for (const { id, counts } of answer.value.jobs) if (counts.failed > 0) void fetchFailures(id);
};

/** Photos that the server holds, which a job can take. */
export const readyPhotos = (): readonly string[] =>
  photos.value.list.flatMap(({ place }) => (place.kind === 'ready' ? [place.info.id] : []));

export const applyToAll = async (): Promise<void> => {
  const ids = readyPhotos();
  if (ids.length === 0 || edits.value.length === 0 || isStarting.value) return;
  isStarting.value = true;
  const name = texts.queue.jobName(
    edits.value.map(({ pipeline }) => titleOf(pipeline)).join(' + '),
    ids.length,
  );
  const answer = await client.startJob({ name, edits: edits.value, photos: ids }, newId());
  isStarting.value = false;
  if (answer.kind === 'refused') report(answer.problem);
  if (answer.kind !== 'given') return;
  dispatchQueue({ kind: 'job', job: answer.value });
  isQueueShown.value = true;
};

export const change = async (id: string, what: 'cancel' | 'retry'): Promise<void> => {
  const answer = await client.changeJob(id, what);
  if (answer.kind === 'refused') report(answer.problem);
  if (what === 'retry') dispatchQueue({ kind: 'failures', job: id, items: [] });
  await look();
};

export const remove = async (id: string): Promise<void> => {
  const answer = await client.deleteJob(id);
  if (answer.kind === 'refused') report(answer.problem);
  else dispatchQueue({ kind: 'gone', id });
};
